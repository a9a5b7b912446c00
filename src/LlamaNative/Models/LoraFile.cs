using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Models;

/// <summary>
/// Validates an adapter file against its model before llama.cpp loads it. llama.cpp asserts the types of the metadata and checks only two
/// of the dimensions; a mismatch of the others aborts the process later, in a matrix product.
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
        if (!metadata.TryGetValue(key, out GgufValue? found))
        {
            throw new AdapterException(path, $"it is not a LoRA adapter: it has no key '{key}'.");
        }

        string value = found.GetString();
        if (value != expected)
        {
            throw new AdapterException(path, $"{key} is '{value}', but must be '{expected}' for a LoRA adapter for this model.");
        }
    }

    private static float? ReadAlpha(IReadOnlyDictionary<string, GgufValue> metadata, string path)
    {
        float alpha = metadata.TryGetValue("adapter.lora.alpha", out GgufValue? value) ? value.GetSingle() : 0;
        if (!float.IsFinite(alpha))
        {
            throw new AdapterException(path, $"adapter.lora.alpha is {alpha}; it must be finite.");
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
                throw new AdapterException(path, $"{orphan} has a B matrix but no A matrix.");
            }

            if (Target(tensor, A) is not { } name)
            {
                CheckLeftOut(tensor, path);
                continue;
            }

            if (!adapter.Tensors.TryGet(name + B, out GgufTensorInfo? b))
            {
                throw new AdapterException(path, $"{name} has an A matrix but no B matrix.");
            }

            if (!weights.Tensors.TryGet(name, out GgufTensorInfo? weight))
            {
                throw new AdapterException(path, $"the model has no weight {name}; the adapter is for another model.");
            }

            CheckPair(weight, tensor, b, path);
            if (tiedOutput && name == "token_embd.weight")
            {
                throw new AdapterException(path,
                    "it changes the token embeddings, which this model also uses as its output matrix; llama.cpp does not support this.");
            }

            targets.Add(name, (int)b.Shape[0]);
        }

        return targets.Count > 0 ? targets : throw new AdapterException(path, "it changes no weight.");
    }

    /// <summary>
    /// Whether the token embeddings are also the output matrix (tied embeddings). The A and B of an embedding have the wrong shapes for a
    /// product, on which the native code asserts. Models of the BERT family have no output matrix.
    /// </summary>
    private static bool HasTiedOutput(LlamaModel model, GgufFile weights) =>
        !weights.Tensors.TryGet("output.weight", out _)
        && !model.Metadata.GetValueOrDefault("general.architecture", "").Contains("bert", StringComparison.Ordinal);

    private static string? Target(GgufTensorInfo tensor, string suffix)
    {
        string? name = tensor.Name.EndsWith(suffix, StringComparison.Ordinal) ? tensor.Name[..^suffix.Length] : null;

        // llama.cpp removes the suffix anywhere in a name, so a second occurrence would give another name.
        return name?.Contains(suffix, StringComparison.Ordinal) == true ? null : name;
    }

    private static void CheckLeftOut(GgufTensorInfo tensor, string path)
    {
        // llama.cpp ignores norms, which most adapters do not need, and rejects other tensors.
        if (Target(tensor, B) is null && !tensor.Name.EndsWith("_norm.weight", StringComparison.Ordinal))
        {
            throw new AdapterException(path, $"the tensor {tensor.Name} is neither an A nor a B matrix (.lora_a, .lora_b).");
        }
    }

    /// <summary>
    /// The shapes are W [in, out], A [in, rank] and B [rank, out]; for token embeddings, whose rows are looked up, A [rank, out] and B
    /// [rank, in].
    /// </summary>
    private static void CheckPair(GgufTensorInfo weight, GgufTensorInfo a, GgufTensorInfo b, string path)
    {
        bool lookedUp = weight.Name.EndsWith("token_embd.weight", StringComparison.Ordinal);
        (long rank, long input, long output) = lookedUp ? (a.Shape[0], b.Shape[1], a.Shape[1]) : (a.Shape[1], a.Shape[0], b.Shape[1]);
        bool fits = input == weight.Shape[0] && output == weight.Shape[1] && rank == b.Shape[0]
            && rank is > 0 and <= int.MaxValue && SameStack(weight, a) && SameStack(weight, b);
        if (!fits)
        {
            throw new AdapterException(path, $"{a} and {b} do not match {weight}; the adapter is for another model.");
        }

        if (!IsComputable(a.Type) || !IsComputable(b.Type))
        {
            throw new AdapterException(path, $"{a} and {b} have an unsupported type; it must be F32, F16, BF16 or Q8_0.");
        }

        if (weight.Type == GgmlType.NVFP4)
        {
            throw new AdapterException(path, $"{weight.Name} has the type NVFP4, for which llama.cpp does not support LoRA.");
        }
    }

    private static bool SameStack(GgufTensorInfo weight, GgufTensorInfo matrix) =>
        matrix.Shape[2] == weight.Shape[2] && matrix.Shape[3] == weight.Shape[3];

    private static bool IsComputable(GgmlType type) => type is GgmlType.F32 or GgmlType.F16 or GgmlType.BF16 or GgmlType.Q8_0;
}
