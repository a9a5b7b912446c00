using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

/// <summary>Models in several files, as written by llama-gguf-split.</summary>
public sealed class GgufSplitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_part_opens_all(int opened)
    {
        string[] paths = WriteParts();
        using GgufFile file = GgufFile.Open(paths[opened]);
        Assert.Equal(paths, file.Paths);
        Assert.Equal("tiny", file.Metadata["general.name"].GetString());
        Assert.Equal(["t0", "t1", "t2"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([0, 1, 2], file.Tensors.Select(tensor => tensor.Part));
        using GgufTensorView view = file.Tensors["t2"].Open();
        Assert.Equal(32, view.Bytes.Length);
    }

    /// <summary>The parts would be named "-00001-of-00002.gguf" and so on.</summary>
    [Theory]
    [InlineData("folder/")]
    [InlineData("folder/.gguf")]
    [InlineData("-00002-of-00002.gguf")]
    public void An_output_without_a_name_has_no_parts(string output) =>
        Assert.Throws<IOException>(() => GgufSplit.OutputPaths(output, 2));

    [Fact]
    public void One_part_opens_alone_when_asked()
    {
        using GgufFile file = GgufFile.Open(WriteParts()[1], allParts: false);
        Assert.Equal("t1", Assert.Single(file.Tensors).Name);
    }

    [Fact]
    public void Saving_a_split_model_makes_one_file()
    {
        using GgufFile file = GgufFile.Open(WriteParts()[0]);
        new GgufEditor(file).Save(_folder["whole.gguf"]);
        using GgufFile whole = GgufFile.Open(_folder["whole.gguf"]);
        Assert.Equal(["general.name"], whole.Metadata.Keys);
        Assert.Equal(3, whole.Tensors.Count);
    }

    [Fact]
    public void A_missing_part_is_a_missing_file()
    {
        string[] paths = WriteParts();
        File.Delete(paths[1]);
        Assert.Contains("00002-of-00003", Assert.Throws<FileNotFoundException>(() => GgufFile.Open(paths[0])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_that_contradict_each_other_are_refused()
    {
        string[] paths = WriteParts();
        File.Copy(paths[1], paths[2], overwrite: true);
        Refuse(paths[0], "split.no");

        WriteParts();
        File.WriteAllBytes(paths[1], Part(1, 4, 3, "t1"));
        Refuse(paths[0], "split.no");

        WriteParts();
        File.WriteAllBytes(paths[2], Part(2, 3, 3, "t1"));
        Refuse(paths[0], "t1");

        WriteParts();
        File.WriteAllBytes(paths[0], Part(0, 3, 4, "t0"));
        Refuse(paths[0], "split.tensors.count");

        WriteParts();
        File.WriteAllBytes(paths[0], Part(3, 3, 3, "t0"));
        Refuse(paths[0], "split.no");

        File.Move(paths[1], _folder["renamed.gguf"]);
        Refuse(_folder["renamed.gguf"], "split.count");
    }

    [Fact]
    public void A_part_without_its_number_or_with_odd_types_is_refused()
    {
        // llama.cpp reads split.no with an accessor that aborts the process on another type.
        Refuse(_folder.Write("a.gguf", new GgufBuilder().Key("split.count", GgufValueType.UInt16, (ushort)2).Build()), "split.count");
        Refuse(_folder.Write("b.gguf", new GgufBuilder().Key("split.count", GgufValueType.UInt32, 2u).Build()), "split.count");
        Refuse(_folder.Write("c.gguf", new GgufBuilder().Key("split.count", GgufValueType.UInt16,
            (ushort)2).Key("split.no", GgufValueType.String, "0").Build()), "split.no");
    }

    private static void Refuse(string path, string key) =>
        Assert.Equal(key, Assert.Throws<GgufFormatException>(() => GgufFile.Open(path).Dispose()).Key);

    private string[] WriteParts() =>
    [
        _folder.Write("m-00001-of-00003.gguf", Part(0, 3, 3, "t0")),
        _folder.Write("m-00002-of-00003.gguf", Part(1, 3, 3, "t1")),
        _folder.Write("m-00003-of-00003.gguf", Part(2, 3, 3, "t2")),
    ];

    private static byte[] Part(int number, int count, int tensors, string tensor)
    {
        var raw = new GgufBuilder()
            .Key("split.no", GgufValueType.UInt16, (ushort)number)
            .Key("split.count", GgufValueType.UInt16, (ushort)count)
            .Key("split.tensors.count", GgufValueType.Int32, tensors);
        if (number == 0)
        {
            raw.Key("general.name", GgufValueType.String, "tiny");
        }

        return raw.Tensor(tensor, GgmlType.F32, [8], 32).Build();
    }
}
