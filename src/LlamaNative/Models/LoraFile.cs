using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Models;

/// <summary>
/// An adapter file, held against its model's before llama.cpp sees it. llama.cpp asserts the types of the metadata it
/// reads, and checks only two of the dimensions; the others end the process later, in the matrix products.
/// </summary>
internal sealed record LoraFile(float? Alpha, IReadOnlyDictionary<string, int> Targets, IReadOnlyList<int> InvocationTokens)
{
    private const string A = ".lora_a";
    private const string B = ".lora_b";

    public static LoraFile Check(LlamaModel model, string path)
    {
        if (model.Options.VocabularyOnly)
        {
            throw new AdapterException(path, "the model was loaded with VocabularyOnly and has no weights to adapt.");
        }

        if (!File.Exists(path))
        {
            throw new AdapterException(path, "the file does not exist.");
        }

        try
        {
            using GgufFile adapter = GgufFile.Open(path, allParts: false);
            using GgufFile weights = GgufFile.Open(model.Path);
            CheckKind(adapter.Metadata, model, path);
            return new LoraFile(ReadAlpha(adapter.Metadata, path), ReadTargets(adapter, weights, HasTiedOutput(model, weights), path),
                ReadInvocationTokens(adapter.Metadata));
        }
        catch (Exception error) when (error is GgufFormatException or IOException or UnauthorizedAccessException)
        {
            throw new AdapterException(path, error.Message, error);
        }
    }

    private static void CheckKind(IReadOnlyDictionary<string, GgufValue> metadata, LlamaModel model, string path)
    {
        Require(metadata, "general.type", "adapter", path);
        Require(metadata, "general.architecture", model.Metadata.GetValueOrDefault("general.architecture", ""), path);
        Require(metadata, "adapter.type", "lora", path);
    }

    private static void Require(IReadOnlyDictionary<string, GgufValue> metadata, string key, string expected, string path)
    {
        string value = metadata[key].GetString();
        if (value != expected)
        {
            throw new AdapterException(path, $"{key} is '{value}', and a LoRA adapter for this model has '{expected}'.");
        }
    }

    private static float? ReadAlpha(IReadOnlyDictionary<string, GgufValue> metadata, string path)
    {
        float alpha = metadata.TryGetValue("adapter.lora.alpha", out GgufValue? value) ? value.GetSingle() : 0;
        if (!float.IsFinite(alpha))
        {
            throw new AdapterException(path, $"adapter.lora.alpha is {alpha}.");
        }

        return alpha == 0 ? null : alpha;
    }

    private static int[] ReadInvocationTokens(IReadOnlyDictionary<string, GgufValue> metadata) =>
        metadata.TryGetValue("adapter.alora.invocation_tokens", out GgufValue? value)
            ? [.. value.GetArray<uint>().Select(token => (int)token)]
            : [];

    private static Dictionary<string, int> ReadTargets(GgufFile adapter, GgufFile weights, bool tiedOutput, string path)
    {
        var targets = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (GgufTensorInfo tensor in adapter.Tensors)
        {
            if (Target(tensor, B) is { } orphan && !adapter.Tensors.TryGet(orphan + A, out _))
            {
                throw new AdapterException(path, $"{orphan} has a B matrix and no A matrix.");
            }

            if (Target(tensor, A) is not { } name)
            {
                CheckLeftOut(tensor, path);
                continue;
            }

            if (!adapter.Tensors.TryGet(name + B, out GgufTensorInfo? b))
            {
                throw new AdapterException(path, $"{name} has an A matrix and no B matrix.");
            }

            if (!weights.Tensors.TryGet(name, out GgufTensorInfo? weight))
            {
                throw new AdapterException(path, $"the model has no weight {name}: the adapter was made for another.");
            }

            CheckPair(weight, tensor, b, path);
            if (tiedOutput && name == "token_embd.weight")
            {
                throw new AdapterException(path,
                    "it changes the token embeddings, which this model uses as its output matrix too; llama.cpp cannot adapt such a one.");
            }

            targets.Add(name, (int)b.Shape[0]);
        }

        return targets.Count > 0 ? targets : throw new AdapterException(path, "it changes no weight.");
    }

    /// <summary>
    /// Whether the token embeddings are multiplied with as well, for want of an output matrix. A and B of looked-up rows
    /// have the wrong shapes for that, and the native product asserts them. The BERT family has no output at all.
    /// </summary>
    private static bool HasTiedOutput(LlamaModel model, GgufFile weights) =>
        !weights.Tensors.TryGet("output.weight", out _)
        && !model.Metadata.GetValueOrDefault("general.architecture", "").Contains("bert", StringComparison.Ordinal);

    private static string? Target(GgufTensorInfo tensor, string suffix)
    {
        string? name = tensor.Name.EndsWith(suffix, StringComparison.Ordinal) ? tensor.Name[..^suffix.Length] : null;

        // llama.cpp removes the suffix wherever it occurs, which must not lead it to another name.
        return name?.Contains(suffix, StringComparison.Ordinal) == true ? null : name;
    }

    private static void CheckLeftOut(GgufTensorInfo tensor, string path)
    {
        // llama.cpp leaves changed norms out, and most adapters work without; anything else it refuses.
        if (Target(tensor, B) is null && !tensor.Name.EndsWith("_norm.weight", StringComparison.Ordinal))
        {
            throw new AdapterException(path, $"the tensor {tensor.Name} is neither an A nor a B matrix.");
        }
    }

    /// <summary>
    /// W is [in, out], A [in, rank] and B [rank, out]; of token embeddings, whose rows are looked up, A is [rank, out] and B [rank, in].
    /// </summary>
    private static void CheckPair(GgufTensorInfo weight, GgufTensorInfo a, GgufTensorInfo b, string path)
    {
        bool lookedUp = weight.Name.EndsWith("token_embd.weight", StringComparison.Ordinal);
        (long rank, long input, long output) = lookedUp ? (a.Shape[0], b.Shape[1], a.Shape[1]) : (a.Shape[1], a.Shape[0], b.Shape[1]);
        bool fits = input == weight.Shape[0] && output == weight.Shape[1] && rank == b.Shape[0]
            && rank is > 0 and <= int.MaxValue && SameStack(weight, a) && SameStack(weight, b);
        if (!fits)
        {
            throw new AdapterException(path, $"{weight} does not go with {a} and {b}: the adapter was made for another model.");
        }

        if (!IsComputable(a.Type) || !IsComputable(b.Type))
        {
            throw new AdapterException(path, $"{a} and {b}: an adapter's matrices are F32, F16, BF16 or Q8_0.");
        }

        if (weight.Type == GgmlType.NVFP4)
        {
            throw new AdapterException(path, $"llama.cpp has no LoRA for weights of type NVFP4, which {weight.Name} has.");
        }
    }

    private static bool SameStack(GgufTensorInfo weight, GgufTensorInfo matrix) =>
        matrix.Shape[2] == weight.Shape[2] && matrix.Shape[3] == weight.Shape[3];

    private static bool IsComputable(GgmlType type) => type is GgmlType.F32 or GgmlType.F16 or GgmlType.BF16 or GgmlType.Q8_0;
}
