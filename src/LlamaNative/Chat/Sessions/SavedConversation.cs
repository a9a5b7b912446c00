using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LlamaNative.Chat;

/// <summary>A saved conversation cannot be read; the session is as it was.</summary>
public sealed class ChatSessionFileException : LlamaException
{
    internal ChatSessionFileException(string path, string reason, Exception? inner = null)
        : base($"The conversation in '{path}' cannot be loaded: {reason}.", inner) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}

/// <summary>The header of a saved conversation, read from a file that may be anything.</summary>
internal sealed record SavedConversation(
    string ModelDescription, string? Adapters, string Template, IReadOnlyList<ChatMessage> Messages, string Text, int[] Tokens, int[] CachedTokens,
    IReadOnlyList<ConversationTokens.Mark> Marks, long StateLength, string StateHash)
{
    /// <summary>Reads up to the cache's bytes, where it leaves the stream.</summary>
    public static SavedConversation Read(Stream file, string path, ReadOnlySpan<byte> magic, int maxHeader)
    {
        try
        {
            Span<byte> start = stackalloc byte[magic.Length + sizeof(int)];
            file.ReadExactly(start);
            int length = BinaryPrimitives.ReadInt32LittleEndian(start[magic.Length..]);
            if (!start[..magic.Length].SequenceEqual(magic) || length < 2 || length > maxHeader || length > file.Length - file.Position)
            {
                throw new ChatSessionFileException(path, "it is not a saved conversation");
            }

            byte[] header = new byte[length];
            file.ReadExactly(header);
            SavedConversation saved = Parse((JsonObject)JsonNode.Parse(header)!);
            return saved.IsConsistent && saved.StateLength == file.Length - file.Position
                ? saved
                : throw new ChatSessionFileException(path, "it is damaged");
        }
        catch (Exception error) when (error is JsonException or EndOfStreamException or InvalidCastException or InvalidOperationException
            or NullReferenceException or FormatException or OverflowException or ArgumentException)
        {
            throw new ChatSessionFileException(path, "its header is damaged", error);
        }
    }

    /// <summary>Whether the cache's bytes are those that were saved; leaves the stream before them.</summary>
    public bool StateIsIntact(Stream file)
    {
        long start = file.Position;
        string hash = Convert.ToHexString(SHA256.HashData(file));
        file.Position = start;
        return hash == StateHash;
    }

    private bool IsConsistent => Marks.All(mark => mark.TextLength >= 0 && mark.TextLength <= Text.Length && mark.TokenCount >= 0 && mark.TokenCount <= Tokens.Length);

    private static SavedConversation Parse(JsonObject header)
    {
        int[] marks = Numbers(header["marks"]!);
        return new SavedConversation(
            (string)header["model"]!,
            (string?)header["adapters"],
            (string)header["template"]!,
            [.. header["messages"]!.AsArray().Select(message => ChatMessage.FromJson(message!.AsObject()))],
            (string)header["text"]!,
            Numbers(header["tokens"]!),
            Numbers(header["cachedTokens"]!),
            [.. marks.Chunk(2).Select(pair => new ConversationTokens.Mark(pair[0], pair[1]))],
            (long)header["stateLength"]!,
            (string)header["stateHash"]!);
    }

    private static int[] Numbers(JsonNode array) => [.. array.AsArray().Select(number => (int)number!)];
}

/// <summary>JSON without reflection.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ChatJson : JsonSerializerContext;
