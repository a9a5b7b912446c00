using System.Runtime.InteropServices;
using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative.Tests.Compute;

/// <summary>Importance matrices and split models, compared with llama.cpp's quantization.</summary>
public sealed unsafe class ModelQuantizerSourcesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quantize").FullName;

    private readonly TinyModel _model = new(TinyModelOptions.Uneven);

    private string Model => _model.Path;

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Types with blocks of 32, because this model's rows are short. With another weight's importance, bytes would differ.
    [RequiresTheory(Need.QuantizerFallback)]
    [InlineData(ModelFileType.Q4_0)]
    [InlineData(ModelFileType.Q5_1)]
    [InlineData(ModelFileType.IQ4_NL)]
    public void With_an_importance_matrix_every_byte_is_llama_cpps(ModelFileType type)
    {
        IReadOnlyDictionary<string, float[]> importance = Importance(seed: 7);
        string ours = Path.Combine(_folder, "ours.gguf");
        string theirs = Path.Combine(_folder, "theirs.gguf");
        ModelQuantizer.Quantize(Model, ours, new() { FileType = type, ImportanceMatrix = importance, Threads = 2 });
        NativeQuantize(Model, theirs, type, importance, keepSplit: false);
        AssertSameTensors(theirs, ours);

        // The importance matrix must make a difference.
        string without = Path.Combine(_folder, "without.gguf");
        ModelQuantizer.Quantize(Model, without, new() { FileType = type });
        Assert.NotEqual(File.ReadAllBytes(without), File.ReadAllBytes(ours));
    }

    [Fact]
    public void An_importance_matrix_that_does_not_fit_is_refused_before_anything_is_written()
    {
        string output = Path.Combine(_folder, "out.gguf");
        foreach (float[] wrong in new float[][] { new float[63], [.. new float[63], float.NaN] })
        {
            Dictionary<string, float[]> importance = new(Importance(seed: 7)) { ["blk.0.attn_q.weight"] = wrong };
            Exception error = Assert.ThrowsAny<Exception>(
                () => ModelQuantizer.Quantize(Model, output, new() { FileType = ModelFileType.Q4_0, ImportanceMatrix = importance }));
            Assert.True(error is ArgumentException or LlamaException, error.ToString());
            Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
        }
    }

    [RequiresFact(Need.QuantizerFallback)]
    public void A_split_model_keeps_its_parts_or_becomes_one()
    {
        string first = Split(Model, parts: 3);
        string ours = Path.Combine(_folder, "ours");
        string theirs = Path.Combine(_folder, "theirs");
        ModelQuantizer.Quantize(first, ours, new() { FileType = ModelFileType.Q8_0, KeepSplit = true });
        NativeQuantize(first, theirs, ModelFileType.Q8_0, null, keepSplit: true);
        for (int part = 0; part < 3; part++)
        {
            AssertSameTensors(GgufSplit.PathOf(theirs, part, 3), GgufSplit.PathOf(ours, part, 3), single: part > 0);
        }

        using (LlamaModel loaded = LlamaModel.Load(GgufSplit.PathOf(ours, 0, 3)))
        {
            Assert.Equal(5, loaded.LayerCount);
        }

        string whole = Path.Combine(_folder, "whole.gguf");
        string expected = Path.Combine(_folder, "expected.gguf");
        ModelQuantizer.Quantize(first, whole, new() { FileType = ModelFileType.Q8_0 });
        ModelQuantizer.Quantize(Model, expected, new() { FileType = ModelFileType.Q8_0 });
        AssertSameTensors(expected, whole);
    }

    [RequiresFact(Need.QuantizerFallback)]
    public void A_split_model_is_quantized_planned_and_loaded_by_any_part()
    {
        string first = Split(Model, parts: 3);
        string expected = Path.Combine(_folder, "expected.gguf");
        ModelQuantizer.Quantize(Model, expected, new() { FileType = ModelFileType.Q8_0 });
        foreach (int part in new[] { 0, 1, 2 })
        {
            string path = GgufSplit.PathOf(Path.Combine(_folder, "split"), part, 3);
            string output = Path.Combine(_folder, $"by-{part}.gguf");
            ModelQuantizer.Quantize(path, output, new() { FileType = ModelFileType.Q8_0 });
            AssertSameTensors(expected, output);
            Assert.Equal(ModelQuantizer.Plan(first), ModelQuantizer.Plan(path));
            using LlamaModel loaded = LlamaModel.Load(path);
            Assert.Equal(5, loaded.LayerCount);
        }
    }

    /// <summary>llama-quantize removes the extension of the output before it adds llama_split_path's suffix.</summary>
    [RequiresTheory(Need.QuantizerFallback)]
    [InlineData("qs.gguf")]
    [InlineData("qs")]
    [InlineData("qs-00001-of-00002.gguf")]
    [InlineData("qs-00002-of-00002.gguf")]
    public void Kept_parts_are_named_without_the_extension_in_the_middle(string output)
    {
        string second = Path.Combine(Path.GetDirectoryName(Split(Model, parts: 2))!, "split-00002-of-00002.gguf");
        ModelQuantizer.Quantize(second, Path.Combine(_folder, output), new() { FileType = ModelFileType.Q8_0, KeepSplit = true });
        Assert.Equal(["qs-00001-of-00002.gguf", "qs-00002-of-00002.gguf", "split-00001-of-00002.gguf", "split-00002-of-00002.gguf"],
            Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("split.gguf")]
    [InlineData("split-00001-of-00002.gguf")]
    [InlineData("split-00002-of-00002.gguf")]
    public void Kept_parts_never_replace_the_parts_they_come_from(string output)
    {
        string first = Split(Model, parts: 2);
        byte[] before = File.ReadAllBytes(first);
        Assert.Throws<ArgumentException>(() => ModelQuantizer.Quantize(first, Path.Combine(_folder, output),
            new() { FileType = ModelFileType.Q8_0, KeepSplit = true }));
        Assert.Equal(before, File.ReadAllBytes(first));
    }

    /// <summary>The model in parts, named and marked as llama-gguf-split does.</summary>
    private string Split(string model, int parts)
    {
        using GgufFile file = GgufFile.Open(model);
        string prefix = Path.Combine(_folder, "split");
        int perPart = (file.Tensors.Count + parts - 1) / parts;
        for (int part = 0; part < parts; part++)
        {
            using GgufWriter writer = GgufWriter.Create(GgufSplit.PathOf(prefix, part, parts));
            if (part == 0)
            {
                foreach ((string key, GgufValue value) in file.Metadata)
                {
                    writer.AddMetadata(key, value);
                }
            }

            writer.AddMetadata("split.no", GgufValue.Of((ushort)part));
            writer.AddMetadata("split.count", GgufValue.Of((ushort)parts));
            writer.AddMetadata("split.tensors.count", GgufValue.Of(file.Tensors.Count));
            List<GgufTensorInfo> tensors = [.. file.Tensors.Skip(part * perPart).Take(perPart)];
            tensors.ForEach(tensor => writer.AddTensor(tensor.Name, tensor.Type, tensor.Shape));
            foreach (GgufTensorInfo tensor in tensors)
            {
                using GgufTensorView view = tensor.Open();
                writer.Write(view.Bytes);
            }

            writer.Complete();
        }

        return GgufSplit.PathOf(prefix, 0, parts);
    }

    private Dictionary<string, float[]> Importance(int seed)
    {
        var random = new Random(seed);
        using GgufFile file = GgufFile.Open(Model);
        return file.Tensors.Where(tensor => tensor.Shape.Rank == 2)
            .ToDictionary(tensor => tensor.Name,
                tensor => Enumerable.Range(0, (int)tensor.Shape[0])
                    .Select(_ => 0.01f + (10 * random.NextSingle() * random.NextSingle())).ToArray());
    }

    private static void AssertSameTensors(string expectedPath, string actualPath, bool single = false)
    {
        // A part after the first is not a complete model, so its bytes are compared.
        if (single)
        {
            Assert.Equal(File.ReadAllBytes(expectedPath), File.ReadAllBytes(actualPath));
            return;
        }

        using GgufFile expected = GgufFile.Open(expectedPath);
        using GgufFile actual = GgufFile.Open(actualPath);
        Assert.Equal(expected.Tensors.Select(tensor => tensor.ToString()), actual.Tensors.Select(tensor => tensor.ToString()));
        foreach (GgufTensorInfo tensor in expected.Tensors)
        {
            using GgufTensorView theirs = tensor.Open();
            using GgufTensorView ours = actual.Tensors[tensor.Name].Open();
            Assert.True(theirs.Bytes.SequenceEqual(ours.Bytes), tensor.Name);
        }
    }

    private static void NativeQuantize(string input, string output, ModelFileType type,
        IReadOnlyDictionary<string, float[]>? importance, bool keepSplit)
    {
        llama_model_quantize_params parameters = ReleaseProfile.Loaded.DefaultQuantizeParameters();
        parameters.ftype = (int)type;
        parameters.nthread = 1;
        parameters.keep_split = keepSplit ? (byte)1 : (byte)0;
        var entries = new llama_model_imatrix_data[(importance?.Count ?? 0) + 1]; // ends with a null name
        var pinned = new List<GCHandle>();
        try
        {
            foreach ((string name, float[] values) in importance ?? new Dictionary<string, float[]>())
            {
                GCHandle handle = GCHandle.Alloc(values, GCHandleType.Pinned);
                entries[pinned.Count] = new llama_model_imatrix_data
                {
                    name = (byte*)Marshal.StringToCoTaskMemUTF8(name),
                    data = (float*)handle.AddrOfPinnedObject(),
                    size = (nuint)values.Length,
                };
                pinned.Add(handle);
            }

            fixed (llama_model_imatrix_data* list = entries)
            {
                parameters.imatrix = importance is null ? null : list;
                Assert.Equal(0u, ReleaseProfile.Loaded.Quantize(input, output, &parameters));
            }
        }
        finally
        {
            pinned.ForEach(handle => handle.Free());
            foreach (llama_model_imatrix_data entry in entries)
            {
                Marshal.FreeCoTaskMem((nint)entry.name);
            }
        }
    }
}
