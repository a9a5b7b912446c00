using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace DesktopChat.Models;

/// <summary>Reads a model file's header. Files are untrusted: texts are truncated and sanitized, and errors become list entries.</summary>
internal static class ModelFileReader
{
    private const int MaxTextLength = 100;
    private const int MaxProblemLength = 300;

    // Set by llama.cpp in general.file_type if the type was guessed (LLAMA_FTYPE_GUESSED).
    private const uint GuessedType = 1024;

    public static ModelFileInfo Read(string path)
    {
        var info = new ModelFileInfo(path, Path.GetFileName(path), 0);
        try
        {
            info = info with { Size = new FileInfo(path).Length };
            using GgufFile file = GgufFile.Open(path);
            return Read(info, file);
        }
        catch (GgufFormatException error)
        {
            return info with
            {
                Problem = "Damaged or not a model: "
                    + Clean(error.Message.Replace(path + ": ", "", StringComparison.Ordinal), MaxProblemLength),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return info with { Problem = "Cannot be read: " + Clean(error.Message, MaxProblemLength) };
        }
    }

    private static ModelFileInfo Read(ModelFileInfo info, GgufFile file)
    {
        IReadOnlyDictionary<string, GgufValue> metadata = file.Metadata;
        string? architecture = Text(metadata, "general.architecture");
        string? kind = Text(metadata, "general.type");
        return info with
        {
            Size = file.ByteCount,
            Name = Text(metadata, "general.name"),
            Architecture = architecture,
            Parameters = file.Tensors.Sum(tensor => tensor.Shape.ElementCount),
            Quantization = Quantization(file),
            ContextLength = metadata.TryGetValue(architecture + ".context_length", out GgufValue? length) ? length.GetInteger() : null,
            HasChatTemplate = metadata.ContainsKey("tokenizer.chat_template"),
            Problem = file.Tensors.Count == 0 ? "The file has a vocabulary but no weights."
                : kind is not (null or "model") ? $"A file of type '{kind}' cannot chat by itself."
                : architecture is null ? "The metadata has no architecture."
                : !metadata.ContainsKey("tokenizer.ggml.model") ? "The file has no vocabulary."
                : Pools(metadata, architecture) ? "An embedding model: it embeds text and does not chat."
                : !ModelArchitecture.GeneratesText(architecture) ? $"A model of the architecture '{architecture}' generates no text."
                : null,
        };
    }

    /// <summary>Whether the model pools its output into an embedding, which only models made for embedding or reranking do.</summary>
    private static bool Pools(IReadOnlyDictionary<string, GgufValue> metadata, string architecture) =>
        metadata.TryGetValue(architecture + ".pooling_type", out GgufValue? pooling)
        && pooling.GetInteger() is > 0 and <= 4; // others leave it open

    /// <summary>The type from the file's metadata, else the type of most of its weights.</summary>
    private static string? Quantization(GgufFile file)
    {
        if (file.Metadata.TryGetValue("general.file_type", out GgufValue? value) && value.Type == GgufValueType.UInt32
            && (ModelFileType)(value.GetUInt32() & ~GuessedType) is var type && Enum.IsDefined(type))
        {
            return type.ToString();
        }

        return file.Tensors.GroupBy(tensor => tensor.Type)
            .MaxBy(group => group.Sum(tensor => tensor.Shape.ElementCount)) is { } most
            ? GgmlTypeInfo.Of(most.Key).Name.ToUpperInvariant()
            : null;
    }

    private static string? Text(IReadOnlyDictionary<string, GgufValue> metadata, string key) =>
        metadata.TryGetValue(key, out GgufValue? value) && value.Type == GgufValueType.String ? Clean(value.GetString()) : null;

    private static string Clean(string text, int most = MaxTextLength)
    {
        string line = string.Concat(text.Take(most).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)).Trim();
        return text.Length > most ? line + "…" : line;
    }
}
