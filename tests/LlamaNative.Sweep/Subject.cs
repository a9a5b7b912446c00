using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.TestSupport;

namespace LlamaNative.Sweep;

/// <summary>A tiny model of one architecture, and what several calls do with it.</summary>
internal sealed class Subject : IDisposable
{
    private static readonly ContextOptions s_small = new()
    {
        ContextSize = 256,
        BatchSize = 64,
        MicroBatchSize = 64,
        Threads = 1,
        AttachThreadPool = false,
    };

    private readonly TemporaryFolder _folder = new();

    public Subject(ArchitectureRow row)
    {
        Row = row;
        File = ArchitectureModel.Create(row);
        Path = File.Save(_folder["model.gguf"]);
        try
        {
            Model = LlamaModel.Load(Path, new ModelOptions { GpuLayers = 0 });
        }
        catch
        {
            _folder.Dispose();
            throw;
        }

        Prompt = Model.Vocabulary.Tokenize("the cat the cat at");
    }

    public ArchitectureRow Row { get; }

    public ModelFile File { get; }

    public string Path { get; }

    public LlamaModel Model { get; }

    public int[] Prompt { get; }

    public string NewPath() => _folder.NewPath();

    public LlamaContext NewContext(Func<ContextOptions, ContextOptions>? change = null) => new(Model, change?.Invoke(s_small) ?? s_small);

    /// <summary>Evaluates the prompt: with the encoder too, if the decoder needs it.</summary>
    public void Evaluate(LlamaContext context, params int[] sequences)
    {
        using var batch = new TokenBatch(64, maxSequences: 2);
        Fill(batch, Prompt, sequences);
        if (Model.IsEncoderDecoder)
        {
            context.Encode(batch);
        }

        context.Decode(batch);
    }

    /// <summary>Evaluates the prompt and returns the logits behind it.</summary>
    public float[] Logits(LlamaContext context)
    {
        Evaluate(context, 0);
        return Finite(context.GetLogits(), Model.Vocabulary.Count);
    }

    /// <summary>Fills a batch with the same tokens for each of the sequences, one sequence after the other.</summary>
    public static void Fill(TokenBatch batch, ReadOnlySpan<int> tokens, params int[] sequences)
    {
        foreach (int sequence in sequences.Length == 0 ? [0] : sequences)
        {
            for (int i = 0; i < tokens.Length; i++)
            {
                batch.Add(tokens[i], i, sequence, logits: i == tokens.Length - 1);
            }
        }
    }

    public static float[] Finite(float[] numbers, int count)
    {
        if (numbers.Length != count)
        {
            throw new WrongAnswerException($"{numbers.Length} numbers instead of {count}");
        }

        if (!numbers.All(float.IsFinite) || numbers.All(number => number == 0))
        {
            throw new WrongAnswerException("numbers that are not finite, or all 0");
        }

        return numbers;
    }

    /// <summary>Requires that two results differ only by rounding, measured by the angle between them.</summary>
    public static void Same(ReadOnlySpan<float> left, ReadOnlySpan<float> right, string what)
    {
        // Chameleon suppresses the tokens of images with the smallest number, whose square is infinite.
        float[] first = [.. left], second = [.. right];
        for (int i = 0; i < Math.Min(first.Length, second.Length); i++)
        {
            if (Math.Min(first[i], second[i]) < -1e30f)
            {
                (first[i], second[i]) = (0, 0);
            }
        }

        double similarity = System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(first, second);
        if (!(similarity > 0.99))
        {
            throw new WrongAnswerException($"{what}: the logits' cosine similarity is {similarity:F4}");
        }
    }

    public static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new WrongAnswerException(otherwise);
        }
    }

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }
}
