using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Contexts;

namespace LlamaNative;

public sealed partial class ChatSession
{
    // A file: this line, the length of a JSON header, the header, the cache's bytes as llama.cpp gives them.
    private static ReadOnlySpan<byte> Magic => "LlamaNative chat 2\n"u8;

    private const int MaxHeaderBytes = 1 << 28;

    /// <summary>
    /// Saves the conversation with its part of the cache, so that it goes on in another process without being evaluated
    /// again. The file replaces an older one only when it is complete.
    /// </summary>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfPending();
        string temporary = path + ".tmp";
        try
        {
            using (FileStream file = File.Create(temporary))
            {
                using var state = new MemoryStream();
                long length = SequenceState.Save(Context, Options.Sequence, state);
                byte[] header = JsonSerializer.SerializeToUtf8Bytes(Header(length, state), ChatJson.Default.JsonObject);
                using var writer = new BinaryWriter(file);
                writer.Write(Magic);
                writer.Write(header.Length);
                writer.Write(header);
                writer.Flush();
                state.WriteTo(file);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>
    /// Takes up a saved conversation. The cache is taken over when it fits this context, was evaluated with the LoRA adapters
    /// and control vector that the context has now, and is what was saved; it is evaluated anew with the next message
    /// otherwise, and so is all of it under another template. True tells that it was taken over.
    /// </summary>
    /// <exception cref="ChatSessionFileException">The file is no saved conversation, or one of another model.</exception>
    public bool Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfPending();
        using FileStream file = File.OpenRead(path);
        var saved = SavedConversation.Read(file, path, Magic, MaxHeaderBytes);
        string model = SessionIdentity.OfModel(Context);
        if (saved.ModelDescription != model)
        {
            throw new ChatSessionFileException(path, $"it was saved with the model '{saved.ModelDescription}', and this is '{model}'");
        }

        foreach (int token in saved.CachedTokens.Concat(saved.Tokens))
        {
            if ((uint)token >= (uint)Context.Model.Vocabulary.Count)
            {
                throw new ChatSessionFileException(path, $"it holds the token {token}, which the vocabulary does not");
            }
        }

        _messages.Clear();
        _messages.AddRange(saved.Messages);
        if (saved.Template != TemplateHash())
        {
            _tokens = new ConversationTokens(Context.Model.Vocabulary);
            return false;
        }

        _tokens.Restore(saved.Text, saved.Tokens, saved.Marks);
        return saved.StateIsIntact(file)
            && saved.Adapters == SessionIdentity.OfAdapters(Context)
            && saved.CachedTokens.Length <= Context.SequenceSize
            && SequenceState.Restore(Context, Options.Sequence, file, saved.StateLength, saved.CachedTokens);
    }

    private JsonObject Header(long stateLength, MemoryStream state) => new()
    {
        ["model"] = SessionIdentity.OfModel(Context),

        // Cells evaluated with other adapters than those in use now belong to neither.
        ["adapters"] = Context.Cache.IsCurrent(Options.Sequence) ? SessionIdentity.OfAdapters(Context) : null,
        ["template"] = TemplateHash(),
        ["messages"] = new JsonArray([.. _messages.Select(message => message.ToJson())]),
        ["text"] = _tokens.Text,
        ["tokens"] = Numbers(_tokens.Tokens),
        ["marks"] = Numbers([.. _tokens.Marks.SelectMany(mark => new[] { mark.TextLength, mark.TokenCount })]),
        ["cachedTokens"] = Numbers(Context.Cache.GetTokens(Options.Sequence)),
        ["stateLength"] = stateLength,
        ["stateHash"] = Convert.ToHexString(SHA256.HashData(state.GetBuffer().AsSpan(0, (int)state.Length))),
    };

    private string TemplateHash() => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Format.Template)));

    private static JsonArray Numbers(ReadOnlySpan<int> values)
    {
        var array = new JsonArray();
        foreach (int value in values)
        {
            array.Add((JsonNode)JsonValue.Create(value));
        }

        return array;
    }
}
