using System.Security.Cryptography;
using System.Text;
using LlamaNative.Chat;
using LlamaNative.Contexts;

namespace LlamaNative;

public sealed partial class ChatSession
{
    /// <summary>
    /// Saves the conversation with its part of the cache, so that it goes on in another process without being evaluated
    /// again. The file replaces an older one only when it is complete.
    /// </summary>
    /// <exception cref="InvalidOperationException">The session is busy with an answer, a save or a load.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfPending();
        SaveTo(path, CancellationToken.None);
    }

    /// <summary>Saves the conversation with its part of the cache to a stream, at its position.</summary>
    /// <exception cref="InvalidOperationException">The session is busy with an answer, a save or a load.</exception>
    public void Save(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ThrowIfPending();
        SaveTo(destination, CancellationToken.None);
    }

    /// <summary><see cref="Save(string)"/> on the context's own thread; until it ends, the session takes no other call.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; an older file stays as it was.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return RunAsync(stop => SaveTo(path, stop), cancellationToken);
    }

    /// <summary><see cref="Save(Stream)"/> on the context's own thread; until it ends, the session takes no other call.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; part of the conversation may be written.</exception>
    public Task SaveAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return RunAsync(stop => SaveTo(destination, stop), cancellationToken);
    }

    /// <summary>
    /// Replaces the conversation by a saved one. The cache is taken over when it fits this context, was evaluated with the
    /// LoRA adapters and control vector that the context has now, and is what was saved; otherwise, and whenever the
    /// template is another, it is evaluated anew with the next message.
    /// </summary>
    /// <returns>Whether the cache was taken over.</returns>
    /// <exception cref="ChatSessionFileException">It is no saved conversation, or one of another model; nothing changed.</exception>
    /// <exception cref="InvalidOperationException">The session is busy with an answer, a save or a load.</exception>
    public bool Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfPending();
        return LoadFrom(path, CancellationToken.None);
    }

    /// <summary>Replaces the conversation by one saved in a stream, which reaches from its position to its end.</summary>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <inheritdoc cref="Load(string)"/>
    public bool Load(Stream source)
    {
        CheckSource(source);
        ThrowIfPending();
        return LoadFrom(source, path: null, CancellationToken.None);
    }

    /// <summary><see cref="Load(string)"/> on the context's own thread; until it ends, the session takes no other call.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the session is as it was.</exception>
    /// <inheritdoc cref="Load(string)"/>
    public Task<bool> LoadAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return RunAsync(stop => LoadFrom(path, stop), cancellationToken);
    }

    /// <summary><see cref="Load(Stream)"/> on the context's own thread; until it ends, the session takes no other call.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the session is as it was.</exception>
    /// <inheritdoc cref="Load(Stream)"/>
    public Task<bool> LoadAsync(Stream source, CancellationToken cancellationToken = default)
    {
        CheckSource(source);
        return RunAsync(stop => LoadFrom(source, path: null, stop), cancellationToken);
    }

    private static void CheckSource(Stream source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.CanSeek)
        {
            throw new ArgumentException("The stream must be able to seek, since its length shows whether it is complete.", nameof(source));
        }
    }

    private bool SaveTo(string path, CancellationToken stop)
    {
        string temporary = path + ".tmp";
        try
        {
            using (FileStream file = File.Create(temporary))
            {
                SaveTo(file, stop);
            }

            File.Move(temporary, path, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private bool SaveTo(Stream destination, CancellationToken stop)
    {
        // Held for both: the tokens must be those of the state.
        using LlamaContext.Lease lease = Context.Enter();
        using var state = SequenceState.Capture(Context, Options.Sequence);
        var saved = new SavedConversation(
            SessionIdentity.OfModel(Context),

            // Cells evaluated with other adapters than those in use now belong to neither.
            Context.Cache.IsCurrent(Options.Sequence) ? SessionIdentity.OfAdapters(Context) : null,
            TemplateHash(),
            _messages,
            _tokens.Text,
            _tokens.Tokens.ToArray(),
            Context.Cache.GetTokens(Options.Sequence),
            _tokens.Marks,
            state.Length,
            state.Hash(stop));
        saved.WriteHeader(destination);
        state.WriteTo(destination, stop);
        return true;
    }

    private bool LoadFrom(string path, CancellationToken stop)
    {
        using FileStream file = File.OpenRead(path);
        return LoadFrom(file, path, stop);
    }

    private bool LoadFrom(Stream source, string? path, CancellationToken stop)
    {
        // Claimed and read as a whole before anything changes, so that a failure leaves the session as it was.
        using LlamaContext.Lease lease = Context.Enter();
        var saved = SavedConversation.ReadHeader(source, path);
        CheckModel(saved, path);
        bool sameTemplate = saved.Template == TemplateHash();
        bool cacheFits = sameTemplate
            && saved.Adapters == SessionIdentity.OfAdapters(Context)
            && saved.CachedTokens.Length <= Context.SequenceSize;
        using SequenceState? state = cacheFits ? SequenceState.Read(source, saved.StateLength, stop) : null;
        bool intact = state?.Hash(stop) == saved.StateHash;

        _messages.Clear();
        _messages.AddRange(saved.Messages);
        _tokens = new ConversationTokens(Context.Model.Vocabulary);
        if (sameTemplate)
        {
            _tokens.Restore(saved.Text, saved.Tokens, saved.Marks);
        }

        return intact && state!.RestoreTo(Context, Options.Sequence, saved.CachedTokens);
    }

    private void CheckModel(SavedConversation saved, string? path)
    {
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
    }

    /// <summary>Runs work on the context's own thread, during which the session refuses every other call.</summary>
    private async Task<bool> RunAsync(Func<CancellationToken, bool> work, CancellationToken cancellationToken)
    {
        ThrowIfPending();
        _pending = work;
        try
        {
            return await Context.Worker.RunAsync(work, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _pending = null;
        }
    }

    private string TemplateHash() => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Format.Template)));
}
