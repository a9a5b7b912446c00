using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace LlamaNative.Chat;

/// <summary>The header of a saved conversation, validated because the file is untrusted.</summary>
/// <remarks>
/// File layout: a line with the format's name, the length of a JSON header, the header, the cached state in llama.cpp's format.
/// </remarks>
internal sealed record SavedConversation(
    SessionIdentity Identity, IReadOnlyList<ChatMessage> Messages, string Text, int[] Tokens, int[] CachedTokens,
    IReadOnlyList<ConversationTokens.Mark> Marks, long StateLength, string StateHash)
{
    private const int MaxHeaderBytes = 1 << 28;

    private static ReadOnlySpan<byte> Magic => "LlamaNative chat 3\n"u8;

    private static ReadOnlySpan<byte> AnyMagic => Magic[..^2];

    /// <summary>Writes everything except the cached state, which follows.</summary>
    public void WriteHeader(Stream file)
    {
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(ToJson(), ChatJson.Default.JsonObject);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, header.Length);
        file.Write(Magic);
        file.Write(length);
        file.Write(header);
    }

    /// <summary>Reads the header; the stream is then at the cached state.</summary>
    /// <exception cref="ChatSessionFileException">The data is not a saved conversation.</exception>
    public static SavedConversation ReadHeader(Stream file, string? path)
    {
        try
        {
            Span<byte> start = stackalloc byte[Magic.Length + sizeof(int)];
            file.ReadExactly(start);
            int length = BinaryPrimitives.ReadInt32LittleEndian(start[Magic.Length..]);
            bool isOurs = start[..Magic.Length].SequenceEqual(Magic);
            if (!isOurs && start.StartsWith(AnyMagic))
            {
                throw new ChatSessionFileException(path, "it was saved by another version of this library");
            }

            if (!isOurs || length < 2 || length > MaxHeaderBytes || length > file.Length - file.Position)
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

    private bool IsConsistent => Marks.All(mark =>
        mark.TextLength >= 0 && mark.TextLength <= Text.Length && mark.TokenCount >= 0 && mark.TokenCount <= Tokens.Length);

    private JsonObject ToJson() => new()
    {
        ["model"] = ToJson(Identity.Model),
        ["tokensFor"] = ToJson(Identity.Tokens),
        ["cellsFor"] = ToJson(Identity.Cells),
        ["messages"] = new JsonArray([.. Messages.Select(message => message.ToJson())]),
        ["text"] = Text,
        ["tokens"] = ToJson(Tokens),
        ["marks"] = ToJson([.. Marks.SelectMany(mark => new[] { mark.TextLength, mark.TokenCount })]),
        ["cachedTokens"] = ToJson(CachedTokens),
        ["stateLength"] = StateLength,
        ["stateHash"] = StateHash,
    };

    private static JsonObject ToJson(IReadOnlyDictionary<string, string> values) =>
        new(values.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private static JsonArray ToJson(int[] numbers) => new([.. numbers.Select(number => JsonValue.Create(number))]);

    private static SavedConversation Parse(JsonObject header)
    {
        int[] marks = Numbers(header["marks"]!);
        return new SavedConversation(
            new SessionIdentity(Values(header["model"]!), Values(header["tokensFor"]!), Values(header["cellsFor"]!)),
            [.. header["messages"]!.AsArray().Select(message => ChatMessage.FromJson(message!.AsObject()))],
            (string)header["text"]!,
            Numbers(header["tokens"]!),
            Numbers(header["cachedTokens"]!),
            [.. marks.Chunk(2).Select(pair => new ConversationTokens.Mark(pair[0], pair[1]))],
            (long)header["stateLength"]!,
            (string)header["stateHash"]!);
    }

    private static Dictionary<string, string> Values(JsonNode values) =>
        values.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!);

    private static int[] Numbers(JsonNode array) => [.. array.AsArray().Select(number => (int)number!)];
}

/// <summary>Source-generated JSON serialization, without reflection.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ChatJson : JsonSerializerContext;
