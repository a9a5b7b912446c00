using LlamaNative.Contexts;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;
using static LlamaNative.Tests.Adapters.AdapterTestModel;

namespace LlamaNative.Tests.Adapters;

/// <summary>LoRA at run time, compared with the same change merged into the weights by hand.</summary>
public sealed class LoraAdapterTests : IDisposable
{
    private static readonly string[] s_weights =
    [
        "blk.0.attn_q.weight", "blk.0.attn_v.weight", "blk.1.attn_output.weight", "blk.1.ffn_down.weight",
        "blk.2.ffn_gate.weight", "output.weight", "token_embd.weight",
    ];

    private readonly TemporaryFolder _files = new();
    private readonly LlamaModel _model;

    public LoraAdapterTests() => _model = _files.Load(ModelFile.Llama());

    public void Dispose()
    {
        _model.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData(4, 8f, 1f)]
    [InlineData(4, null, 0.5f)] // without alpha there is no division by the rank
    [InlineData(1, 2f, -0.75f)]
    public void An_adapter_is_the_same_change_merged_into_the_weights(int rank, float? alpha, float scale)
    {
        ModelFile lora = TinyLora.Create(ModelFile.Llama(), seed: 5, rank, alpha, s_weights);
        ModelFile mergedFile = ModelFile.Llama();
        lora.MergeInto(mergedFile, scale);
        using LlamaModel merged = _files.Load(mergedFile);

        using LoraAdapter adapter = LoraAdapter.Load(_model, _files.Save(lora));
        using LlamaContext context = NewContext(_model);
        context.SetLoraAdapters(new ScaledLora(adapter, scale));

        AssertFar(Logits(_model), Logits(merged));
        AssertClose(Logits(merged), Logits(context));
        Assert.Equal(alpha, adapter.Alpha);
        Assert.Equal(s_weights.Order(), adapter.Targets.Keys.Order());
        Assert.All(adapter.Targets.Values, value => Assert.Equal(rank, value));
        Assert.Equal("lora", adapter.Metadata["adapter.type"]);
    }

    [Fact]
    public void Adapters_add_up_and_go_without_a_trace()
    {
        ModelFile first = TinyLora.Create(ModelFile.Llama(), seed: 6, rank: 2, alpha: 4, "blk.0.attn_q.weight", "blk.2.ffn_up.weight");
        ModelFile second = TinyLora.Create(ModelFile.Llama(), seed: 7, rank: 3, alpha: 3, "blk.0.attn_q.weight", "blk.1.ffn_down.weight");
        ModelFile mergedFile = ModelFile.Llama();
        first.MergeInto(mergedFile, 0.5f);
        second.MergeInto(mergedFile, 2);
        using LlamaModel merged = _files.Load(mergedFile);
        using LoraAdapter one = LoraAdapter.Load(_model, _files.Save(first));
        using LoraAdapter two = LoraAdapter.Load(_model, _files.Save(second));
        using LlamaContext context = NewContext(_model);
        float[] plain = Logits(context);

        context.SetLoraAdapters(new ScaledLora(one));
        float[] withOne = Logits(context);
        AssertFar(plain, withOne);

        context.SetLoraAdapters(new ScaledLora(one, 0.5f), new ScaledLora(two, 2));
        AssertClose(Logits(merged), Logits(context));
        Assert.Equal(2, context.LoraAdapters.Count);

        // Switching adapters changes no weights, so switching back is exact.
        context.SetLoraAdapters(new ScaledLora(one));
        Assert.Equal(withOne, Logits(context));
        context.SetLoraAdapters(new ScaledLora(one, 0));
        Assert.Equal(plain, Logits(context));
        context.SetLoraAdapters(new ScaledLora(one));
        Assert.Equal(withOne, Logits(context));
        context.SetLoraAdapters();
        Assert.Equal(plain, Logits(context));
    }

    [Theory]
    [InlineData(true, ModelLoadMode.MemoryMap)]
    [InlineData(true, ModelLoadMode.Read)]
    [InlineData(false, ModelLoadMode.MemoryMap)]
    public void Repacked_and_mapped_weights_take_adapters_too(bool repacked, ModelLoadMode mode)
    {
        // llama.cpp repacks Q4_0 into another buffer type, which cannot hold the adapter's own matrices.
        ModelFile file = ModelFile.Llama();
        foreach (string name in file.Tensors.Keys
            .Where(name => name.Contains("ffn", StringComparison.Ordinal) && !name.Contains("norm", StringComparison.Ordinal)).ToArray())
        {
            file.Tensors[name] = file.Tensors[name] with { Type = GgmlType.Q4_0 };
        }

        ModelFile lora = TinyLora.Create(file, seed: 8, rank: 4, alpha: 4, "blk.0.ffn_up.weight", "blk.1.ffn_down.weight",
            "blk.2.ffn_gate.weight");
        string path = _files.Save(file);
        string adapterPath = _files.Save(lora);

        float[] expected = With(new ModelOptions { UseExtraBufferTypes = false, LoadMode = ModelLoadMode.Read },
            adapterPath, path, out float[] plain);
        float[] actual = With(new ModelOptions { UseExtraBufferTypes = repacked, LoadMode = mode }, adapterPath,
            path, out float[] samePlain);
        AssertFar(plain, expected);
        AssertClose(plain, samePlain, 0.02f);
        AssertClose(expected, actual, 0.02f);
    }

    [Fact]
    public void Other_adapters_end_the_reuse_of_what_was_evaluated_and_the_same_do_not()
    {
        using LoraAdapter adapter = LoadSome();
        using LlamaContext context = NewContext(_model);
        _ = Logits(context);
        Assert.Equal(Prompt.Length, context.Cache.GetCommonPrefix(Prompt));

        context.SetLoraAdapters(new ScaledLora(adapter, 0)); // changes nothing
        Assert.Equal(Prompt.Length, context.Cache.GetCommonPrefix(Prompt));

        context.SetLoraAdapters(new ScaledLora(adapter));
        Assert.Equal(0, context.Cache.GetCommonPrefix(Prompt));
        Assert.Equal(Prompt.Length, context.Cache.GetLength());

        _ = Logits(context);
        Assert.Equal(Prompt.Length, context.Cache.GetCommonPrefix(Prompt));
        context.SetLoraAdapters(new ScaledLora(adapter));
        Assert.Equal(Prompt.Length, context.Cache.GetCommonPrefix(Prompt));
        context.SetLoraAdapters(new ScaledLora(adapter, 0.5f));
        Assert.Equal(0, context.Cache.GetCommonPrefix(Prompt));
    }

    [Fact]
    public void A_context_keeps_its_adapters_and_both_keep_the_model()
    {
        string path = _files.Save(TinyLora.Create(ModelFile.Llama(), seed: 5, rank: 4, alpha: 8, s_weights));
        LlamaModel model = _files.Load(ModelFile.Llama());
        LoraAdapter adapter = LoraAdapter.Load(model, path);
        LlamaContext context = NewContext(model);
        context.SetLoraAdapters(new ScaledLora(adapter));
        float[] expected = Logits(context);

        adapter.Dispose();
        adapter.Dispose();
        model.Dispose();
        Assert.Equal(expected, Logits(context));
        Assert.Throws<ObjectDisposedException>(() => context.SetLoraAdapters(new ScaledLora(adapter)));
        Assert.Equal(expected, Logits(context));
        context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => context.SetLoraAdapters());
        Assert.Throws<ObjectDisposedException>(() => LoraAdapter.Load(model, path));
    }

    [Fact]
    public void Abandoned_adapters_are_collected_while_contexts_work()
    {
        // Freeing removes an adapter from a list of the model that graph reservation iterates.
        string path = _files.Save(TinyLora.Create(ModelFile.Llama(), seed: 5, rank: 4, alpha: 8, s_weights));
        float[] plain = Logits(_model);
        Parallel.For(0, 12, i =>
        {
            LoraAdapter adapter = LoraAdapter.Load(_model, path);
            using LlamaContext context = NewContext(_model);
            context.SetLoraAdapters(new ScaledLora(adapter, 1 + i));
            _ = Logits(context);
            context.SetLoraAdapters();
            Assert.Equal(plain, Logits(context));
            if (i % 2 == 0)
            {
                adapter.Dispose();
            }

            if (i % 4 == 1)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
    }

    [Fact]
    public void Wrong_arguments_change_nothing()
    {
        using LoraAdapter adapter = LoadSome();
        using LlamaModel otherModel = _files.Load(ModelFile.Llama());
        using LlamaContext context = NewContext(_model);
        using LlamaContext other = NewContext(otherModel);
        context.SetLoraAdapters(new ScaledLora(adapter));
        float[] expected = Logits(context);

        Assert.Throws<ArgumentException>(() => other.SetLoraAdapters(new ScaledLora(adapter)));
        Assert.Throws<ArgumentException>(() => context.SetLoraAdapters(new ScaledLora(adapter), new ScaledLora(adapter, 2)));
        Assert.Throws<ArgumentException>(() => context.SetLoraAdapters(new ScaledLora(adapter, float.NaN)));
        Assert.Throws<ArgumentException>(() => context.SetLoraAdapters(default(ScaledLora)));
        Assert.Equal(expected, Logits(context));
        Assert.Single(context.LoraAdapters);
    }

    /// <summary>
    /// Without validation, llama.cpp would abort on each of these files, accept it silently, or reject it without a reason.
    /// </summary>
    [Theory]
    [InlineData("type is a number")]
    [InlineData("architecture is a number")]
    [InlineData("other architecture")]
    [InlineData("no architecture")]
    [InlineData("a model")]
    [InlineData("alpha is an integer")]
    [InlineData("alpha is NaN")]
    [InlineData("no B")]
    [InlineData("no A")]
    [InlineData("other suffix")]
    [InlineData("unknown weight")]
    [InlineData("too long")]
    [InlineData("ranks differ")]
    [InlineData("ranks of embeddings differ")]
    [InlineData("rank 0")]
    [InlineData("a stack of matrices")]
    [InlineData("integers")]
    [InlineData("invocation tokens are text")]
    [InlineData("nothing")]
    public void A_wrong_adapter_file_is_a_typed_error(string what)
    {
        ModelFile lora = TinyLora.Create(ModelFile.Llama(), seed: 5, rank: 4, alpha: 8, "blk.0.attn_q.weight", "token_embd.weight");
        const string A = "blk.0.attn_q.weight.lora_a";
        const string B = "blk.0.attn_q.weight.lora_b";
        const int N = ModelFile.Embedding;
        switch (what)
        {
            case "type is a number": lora.Metadata["general.type"] = GgufValue.Of(3u); break;
            case "architecture is a number": lora.Metadata["general.architecture"] = GgufValue.Of(3u); break;
            case "other architecture": lora.Metadata["general.architecture"] = GgufValue.Of("qwen2"); break;
            case "no architecture": lora.Metadata.Remove("general.architecture"); break;
            case "a model": lora = ModelFile.Llama(); break;
            case "alpha is an integer": lora.Metadata["adapter.lora.alpha"] = GgufValue.Of(8u); break;
            case "alpha is NaN": lora.Metadata["adapter.lora.alpha"] = GgufValue.Of(float.NaN); break;
            case "no B": lora.Tensors.Remove(B); break;
            case "no A": lora.Tensors.Remove(A); break;
            case "other suffix": lora.Tensors["blk.0.attn_q.weight"] = lora.Tensors[A]; break;
            case "unknown weight": Rename(lora, "blk.0.attn_q.weight", "blk.77.attn_q.weight"); break;
            case "too long": Set(lora, A, N * 2, 4); break;
            case "ranks differ": Set(lora, B, 8, N); break;
            case "ranks of embeddings differ": Set(lora, "token_embd.weight.lora_b", 8, N); break;
            case "rank 0": Set(lora, A, N, 0); Set(lora, B, 0, N); break;
            case "a stack of matrices": Set(lora, A, N, 4, 2); break;
            case "integers": lora.Tensors[A] = new ModelTensor(new TensorShape(N, 4), new float[N * 4], GgmlType.I32); break;
            case "invocation tokens are text": lora.Metadata["adapter.alora.invocation_tokens"] = GgufValue.OfStrings(["a"]); break;
            default: lora.Tensors.Clear(); break;
        }

        AdapterException error = Assert.Throws<AdapterException>(() => LoraAdapter.Load(_model, _files.Save(lora)));
        Assert.Contains(error.Path, error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message.IndexOf(error.Path, StringComparison.Ordinal),
            error.Message.LastIndexOf(error.Path, StringComparison.Ordinal));
        if (what == "a model")
        {
            Assert.Contains("it is not a LoRA adapter", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Tied_embeddings_refuse_a_change_that_would_end_the_process()
    {
        using LlamaModel tied = _files.Load(ModelFile.Llama(tied: true));
        string path = _files.Save(TinyLora.Create(ModelFile.Llama(), seed: 5, rank: 4, alpha: 8, "token_embd.weight"));
        AdapterException error = Assert.Throws<AdapterException>(() => LoraAdapter.Load(tied, path));
        Assert.Contains("output matrix", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_files_are_typed_errors()
    {
        byte[] file = File.ReadAllBytes(_files.Save(TinyLora.Create(ModelFile.Llama(), seed: 5, rank: 2, alpha: 8, "blk.0.attn_q.weight")));
        var random = new Random(3);
        for (int round = 0; round < 300; round++)
        {
            byte[] broken = round % 3 == 0 ? file[..random.Next(file.Length)] : [.. file];
            for (int change = 0; change < round % 4 && broken.Length > 0; change++)
            {
                broken[random.Next(Math.Min(broken.Length, 700))] = (byte)random.Next(256);
            }

            string path = _files.NewPath();
            File.WriteAllBytes(path, broken);
            try
            {
                LoraAdapter.Load(_model, path).Dispose();
            }
            catch (AdapterException)
            {
            }
        }

        Assert.Throws<AdapterException>(() => LoraAdapter.Load(_model, _files.NewPath()));
    }

    private static float[] With(ModelOptions options, string adapterPath, string modelPath, out float[] plain)
    {
        using LlamaModel model = LlamaModel.Load(modelPath, options);
        using LoraAdapter adapter = LoraAdapter.Load(model, adapterPath);
        using LlamaContext context = NewContext(model);
        plain = Logits(context);
        context.SetLoraAdapters(new ScaledLora(adapter));
        return Logits(context);
    }

    private static void Set(ModelFile file, string tensor, params long[] shape)
    {
        var ne = new TensorShape(shape);
        file.Tensors[tensor] = new ModelTensor(ne, new float[ne.ElementCount]);
    }

    private static void Rename(ModelFile file, string from, string to)
    {
        foreach (string suffix in (string[])[".lora_a", ".lora_b"])
        {
            file.Tensors[to + suffix] = file.Tensors[from + suffix];
            file.Tensors.Remove(from + suffix);
        }
    }

    private LoraAdapter LoadSome() => LoraAdapter.Load(_model,
        _files.Save(TinyLora.Create(ModelFile.Llama(), seed: 5, rank: 4, alpha: 8, s_weights)));
}
