using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using LlamaNative.Contexts;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Chat;

/// <summary>
/// What a saved conversation depends on, as names and values that can be compared in another process. Messages belong to a model,
/// whatever its quantization; their tokens also to a template; cached cells to the exact file and to the options of the context.
/// </summary>
/// <remarks>
/// The hashes are not cryptographic. On Linux, .NET's cryptography requires OpenSSL and terminates the process if it is missing, for
/// example in a minimal container.
/// </remarks>
/// <param name="Model">What must agree for the conversation to be loaded.</param>
/// <param name="Tokens">What must also agree for its tokens to be used.</param>
/// <param name="Cells">What must also agree for its cached cells to be used.</param>
internal sealed record SessionIdentity(
    IReadOnlyDictionary<string, string> Model, IReadOnlyDictionary<string, string> Tokens, IReadOnlyDictionary<string, string> Cells)
{
    private const int Sample = 4096;
    private const int Samples = 64;
    private const int LongestShownValue = 31; // hashes are longer, and are not worth showing

    /// <summary>The identity of a conversation on a context with this template, without the adapters, which can change.</summary>
    public static SessionIdentity Of(LlamaContext context, string template)
    {
        LlamaModel model = context.Model;
        ContextOptions options = context.Options;
        model.Metadata.TryGetValue("general.architecture", out string? architecture);
        (string vectors, string file) = OfModelFile(model.Path);
        return new SessionIdentity(
            new Dictionary<string, string>
            {
                ["architecture"] = architecture ?? "",
                ["number of layers"] = Show(model.LayerCount),
                ["embedding length"] = Show(model.EmbeddingLength),
                ["content of the weights"] = vectors,
            },
            new Dictionary<string, string>
            {
                ["chat template"] = Hash(template),
                ["vocabulary"] = OfVocabulary(model.Vocabulary),
            },
            new Dictionary<string, string>
            {
                ["model file"] = file,
                ["metadata"] = Hash(string.Join('\n', model.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))),
                ["llama.cpp state format"] = Show(SequenceState.Format),
                ["cache type"] = $"{options.CacheTypeK}/{options.CacheTypeV}",
                ["sliding-window cache"] = options.FullSlidingWindowCache ? "full" : "window",
                ["attention"] = Show(options.AttentionType),
                ["RoPE"] = OfRope(context),
            });
    }

    /// <summary>The identity with the context's current adapters.</summary>
    public SessionIdentity With(LlamaContext context) =>
        this with { Cells = new Dictionary<string, string>(Cells) { ["adapters"] = OfAdapters(context) } };

    /// <summary>Describes how saved values differ from the current ones; null if they agree. An empty value is unknown.</summary>
    public static string? Difference(IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> current)
    {
        List<string> differences = [];
        foreach ((string name, string value) in current)
        {
            string? other = saved.GetValueOrDefault(name);
            if (other != value && value.Length > 0 && other is not "")
            {
                bool isShown = other?.Length <= LongestShownValue && value.Length <= LongestShownValue;
                differences.Add(isShown ? $"the {name} was {other} and is {value}" : $"the {name} differs");
            }
        }

        return differences.Count > 0 ? string.Join(", ", differences) : null;
    }

    /// <summary>
    /// A hash of the file's one-dimensional tensors, such as norms, which quantizing leaves unchanged. Empty if the file cannot be read.
    /// </summary>
    private static string OfVectors(GgufFile file)
    {
        try
        {
            var hash = new XxHash128();
            foreach (GgufTensorInfo tensor in file.Tensors
                .Where(tensor => tensor.Type == GgmlType.F32 && tensor.Shape.RowCount == 1)
                .OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
            {
                using GgufTensorView view = tensor.Open();
                hash.Append(Encoding.UTF8.GetBytes(tensor.Name));
                hash.Append(view.Bytes);
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or LlamaException)
        {
            return "";
        }
    }

    private static string OfVocabulary(Vocabulary vocabulary)
    {
        var texts = new StringBuilder();
        for (int token = 0; token < vocabulary.Count; token++)
        {
            texts.Append(vocabulary.GetText(token)).Append('\n');
        }

        return Hash(texts.ToString());
    }

    private static string OfRope(LlamaContext context)
    {
        ContextOptions options = context.Options;
        string text = string.Create(CultureInfo.InvariantCulture,
            $"{options.RopeScaling} {options.RopeFrequencyBase:R} {options.RopeFrequencyScale:R} {options.YarnOriginalContextLength} "
            + $"{options.YarnExtrapolationFactor:R} {options.YarnAttentionFactor:R} {options.YarnBetaFast:R} {options.YarnBetaSlow:R}");

        // LongRoPE has other factors for contexts that are longer than the original one.
        string? original = context.Model.Metadata
            .FirstOrDefault(pair => pair.Key.EndsWith(".rope.scaling.original_context_length", StringComparison.Ordinal)).Value;
        bool isLong = int.TryParse(original, CultureInfo.InvariantCulture, out int length) && context.SequenceSize > length;
        return isLong ? text + " long" : text;
    }

    /// <summary>The LoRA adapters and the control vector in use.</summary>
    private static string OfAdapters(LlamaContext context)
    {
        string[] parts = [.. context.LoraAdapters
            .Where(lora => lora.Scale != 0)
            .Select(lora => string.Create(CultureInfo.InvariantCulture, $"LoRA {OfFile(lora.Adapter.Path)} x {lora.Scale:R}"))
            .Order(StringComparer.Ordinal),
            .. context.ControlVector is { } vector ? [OfVector(context, vector)] : (string[])[]];
        return parts.Length > 0 ? string.Join("; ", parts) : "none";
    }

    private static string OfVector(LlamaContext context, ControlVector vector)
    {
        float[] directions = vector.ToDense(context.Model.EmbeddingLength, context.Model.LayerCount);
        string hash = Convert.ToHexString(XxHash128.Hash(MemoryMarshal.AsBytes<float>(directions)));
        return string.Create(CultureInfo.InvariantCulture,
            $"control vector {hash} in layers {context.ControlVectorLayers.First} to {context.ControlVectorLayers.Last}");
    }

    /// <summary>
    /// The hash of the vectors, and the identity of the file, or of all its parts in order, whichever of them the model was opened with.
    /// </summary>
    private static (string Vectors, string File) OfModelFile(string path)
    {
        try
        {
            using GgufFile file = GgufFile.Open(path);
            return (OfVectors(file), file.Paths.Count > 1 ? Hash(string.Join('\n', file.Paths.Select(OfFile))) : OfFile(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or LlamaException)
        {
            return ("", Path.GetFileName(path));
        }
    }

    /// <summary>
    /// A file's length and a hash of samples across the file, which distinguishes models of the same shape without reading
    /// gigabytes. A file that no longer exists is identified by its name.
    /// </summary>
    private static string OfFile(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            var hash = new XxHash128();
            byte[] buffer = new byte[Sample];
            BinaryPrimitives.WriteInt64LittleEndian(buffer, file.Length);
            hash.Append(buffer.AsSpan(0, sizeof(long)));
            long step = Math.Max(Sample, (file.Length - Sample) / (Samples - 1));
            for (long at = 0; at < file.Length; at += step)
            {
                file.Position = at;
                hash.Append(buffer.AsSpan(0, file.ReadAtLeast(buffer, Sample, throwOnEndOfStream: false)));
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Path.GetFileName(path);
        }
    }

    private static string Show(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static string Hash(string text) => Convert.ToHexString(XxHash128.Hash(Encoding.UTF8.GetBytes(text)));
}
