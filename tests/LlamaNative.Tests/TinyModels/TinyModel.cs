using LlamaNative.Contexts;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests;

/// <summary>What a <see cref="TinyModel"/> is like; the default is a small LLaMA with a SentencePiece vocabulary.</summary>
internal sealed record TinyModelOptions
{
    /// <summary>general.architecture. "llama" loads; "gemma2" has a sliding window, "mamba" is recurrent; anything else is refused by llama.cpp.</summary>
    public string Architecture { get; init; } = "llama";

    public TinyVocabulary Vocabulary { get; init; } = TinyVocabulary.SentencePiece();

    public int ContextLength { get; init; } = 512;

    public int Layers { get; init; } = 2;

    /// <summary>n_embd; the feed-forward length is twice it.</summary>
    public int Embedding { get; init; } = 32;

    public int Heads { get; init; } = 4;

    public int HeadsKv { get; init; } = 2;

    public int? SlidingWindow { get; init; }

    public string? ChatTemplate { get; init; }

    public int Seed { get; init; } = 1;

    public bool WithTensors { get; init; } = true;

    /// <summary>Puts NaN into the norms, so that every activation and every logit is NaN.</summary>
    public bool Broken { get; init; }
}

/// <summary>
/// A model of random weights (fixed seed) that llama.cpp loads, written by this library's own writer into a temporary
/// file, so that whatever needs a model runs on a fresh clone.
/// </summary>
internal sealed class TinyModel : IDisposable
{
    private const int MambaKernel = 4;
    private const int MambaState = 16;
    private const int MambaRank = 8;

    public TinyModel(TinyModelOptions? options = null, string? fileName = null)
    {
        Options = options ?? new TinyModelOptions();
        Folder = Directory.CreateTempSubdirectory("llamanative-tests-").FullName;
        Path = System.IO.Path.Combine(Folder, fileName ?? "tiny.gguf");
        Write(Path, Options);
    }

    public TinyModelOptions Options { get; }

    public string Folder { get; }

    public string Path { get; }

    public TinyVocabulary Vocabulary => Options.Vocabulary;

    public static void Write(string path, TinyModelOptions o)
    {
        using GgufWriter writer = GgufWriter.Create(path);
        WriteMetadata(writer, o);
        o.Vocabulary.WriteTo(writer);
        if (!o.WithTensors)
        {
            writer.Complete();
            return;
        }

        (string Name, TensorShape Shape)[] tensors = [.. Tensors(o)];
        foreach ((string name, TensorShape shape) in tensors)
        {
            writer.AddTensor(name, GgmlType.F32, shape);
        }

        var random = new Random(o.Seed);
        foreach ((string name, TensorShape shape) in tensors)
        {
            var values = new float[shape.ElementCount];
            for (int i = 0; i < values.Length; i++)
            {
                // Norms near 1; embeddings wide enough that the logits differ clearly.
                float noise = (float)((random.NextDouble() * 2) - 1);
                values[i] = name.Contains("norm", StringComparison.Ordinal) ? 1 + (noise * 0.1f)
                    : name.EndsWith("ssm_a", StringComparison.Ordinal) ? noise - 1.5f // a decay
                    : noise * 0.6f;
            }

            if (o.Broken && name.Contains("norm", StringComparison.Ordinal))
            {
                Array.Fill(values, float.NaN);
            }

            writer.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        }

        writer.Complete();
    }

    public LlamaModel Load(ModelOptions? options = null) => LlamaModel.Load(Path, options);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void WriteMetadata(GgufWriter writer, TinyModelOptions o)
    {
        writer.AddMetadata("general.architecture", GgufValue.Of(o.Architecture));
        writer.AddMetadata("general.name", GgufValue.Of("tiny"));
        string a = o.Architecture;
        writer.AddMetadata($"{a}.context_length", GgufValue.Of((uint)o.ContextLength));
        writer.AddMetadata($"{a}.embedding_length", GgufValue.Of((uint)o.Embedding));
        writer.AddMetadata($"{a}.block_count", GgufValue.Of((uint)o.Layers));
        writer.AddMetadata($"{a}.attention.layer_norm_rms_epsilon", GgufValue.Of(1e-5f));
        if (o.Architecture == "mamba")
        {
            writer.AddMetadata("mamba.feed_forward_length", GgufValue.Of(0u));
            writer.AddMetadata("mamba.attention.head_count", GgufValue.Of(0u));
            writer.AddMetadata("mamba.ssm.conv_kernel", GgufValue.Of((uint)MambaKernel));
            writer.AddMetadata("mamba.ssm.inner_size", GgufValue.Of((uint)(o.Embedding * 2)));
            writer.AddMetadata("mamba.ssm.state_size", GgufValue.Of((uint)MambaState));
            writer.AddMetadata("mamba.ssm.time_step_rank", GgufValue.Of((uint)MambaRank));
        }
        else
        {
            writer.AddMetadata($"{a}.feed_forward_length", GgufValue.Of((uint)(o.Embedding * 2)));
            writer.AddMetadata($"{a}.attention.head_count", GgufValue.Of((uint)o.Heads));
            writer.AddMetadata($"{a}.attention.head_count_kv", GgufValue.Of((uint)o.HeadsKv));
            writer.AddMetadata($"{a}.rope.dimension_count", GgufValue.Of((uint)(o.Embedding / o.Heads)));
        }

        if (o.SlidingWindow is { } window)
        {
            writer.AddMetadata($"{a}.attention.sliding_window", GgufValue.Of((uint)window));
        }

        if (o.Vocabulary.IsNone)
        {
            writer.AddMetadata($"{a}.vocab_size", GgufValue.Of((uint)o.Vocabulary.Count));
        }

        if (o.ChatTemplate is { } template)
        {
            writer.AddMetadata("tokenizer.chat_template", GgufValue.Of(template));
        }
    }

    private static IEnumerable<(string Name, TensorShape Shape)> Tensors(TinyModelOptions o)
    {
        int n = o.Embedding;
        yield return ("token_embd.weight", new TensorShape(n, o.Vocabulary.Count));
        yield return ("output_norm.weight", new TensorShape(n));
        if (o.Architecture != "gemma2")
        {
            yield return ("output.weight", new TensorShape(n, o.Vocabulary.Count));
        }

        for (int i = 0; i < o.Layers; i++)
        {
            foreach ((string name, TensorShape shape) in o.Architecture == "mamba" ? MambaLayer(n) : TransformerLayer(o))
            {
                yield return ($"blk.{i}.{name}", shape);
            }
        }
    }

    private static IEnumerable<(string Name, TensorShape Shape)> TransformerLayer(TinyModelOptions o)
    {
        int n = o.Embedding;
        int kv = n / o.Heads * o.HeadsKv;
        yield return ("attn_norm.weight", new TensorShape(n));
        yield return ("attn_q.weight", new TensorShape(n, n));
        yield return ("attn_k.weight", new TensorShape(n, kv));
        yield return ("attn_v.weight", new TensorShape(n, kv));
        yield return ("attn_output.weight", new TensorShape(n, n));
        yield return ("ffn_norm.weight", new TensorShape(n));
        yield return ("ffn_gate.weight", new TensorShape(n, n * 2));
        yield return ("ffn_up.weight", new TensorShape(n, n * 2));
        yield return ("ffn_down.weight", new TensorShape(n * 2, n));
        if (o.Architecture == "gemma2")
        {
            yield return ("post_attention_norm.weight", new TensorShape(n));
            yield return ("post_ffw_norm.weight", new TensorShape(n));
        }
    }

    private static IEnumerable<(string Name, TensorShape Shape)> MambaLayer(int n)
    {
        int inner = n * 2;
        yield return ("attn_norm.weight", new TensorShape(n));
        yield return ("ssm_in.weight", new TensorShape(n, inner * 2));
        yield return ("ssm_conv1d.weight", new TensorShape(MambaKernel, inner));
        yield return ("ssm_conv1d.bias", new TensorShape(inner));
        yield return ("ssm_x.weight", new TensorShape(inner, MambaRank + (2 * MambaState)));
        yield return ("ssm_dt.weight", new TensorShape(MambaRank, inner));
        yield return ("ssm_dt.bias", new TensorShape(inner));
        yield return ("ssm_a", new TensorShape(MambaState, inner));
        yield return ("ssm_d", new TensorShape(inner));
        yield return ("ssm_out.weight", new TensorShape(inner, n));
    }
}

/// <summary>One loaded model for all tests of a class; a context is made by each test that needs one.</summary>
public sealed class TinyModelFixture : IDisposable
{
    private readonly TinyModel _file = new();

    public TinyModelFixture() => Model = _file.Load();

    /// <summary>Shared, so a test must not dispose it.</summary>
    public LlamaModel Model { get; }

    internal string Path => _file.Path;

    internal TinyVocabulary Vocabulary => _file.Vocabulary;

    internal ReadOnlySpan<int> Cat => Model.Vocabulary.Tokenize("the cat");

    internal LlamaContext NewContext(int size = 256, int batch = 64, int sequences = 1, bool unified = false, int threads = 1, int? microBatch = null) =>
        new(Model, new ContextOptions
        {
            ContextSize = size,
            BatchSize = batch,
            MicroBatchSize = microBatch ?? batch,
            MaxSequences = sequences,
            UnifiedCache = unified,
            Threads = threads,
        });

    public void Dispose()
    {
        Model.Dispose();
        _file.Dispose();
    }
}
