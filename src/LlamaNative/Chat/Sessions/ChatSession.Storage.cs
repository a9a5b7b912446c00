using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Interop;

namespace LlamaNative;

public sealed partial class ChatSession
{
    private SessionIdentity? _identity;

    /// <summary>
    /// Saves the conversation and its cached state, so that another process can continue without evaluating it again. An
    /// existing file is replaced only after the new one is complete.
    /// </summary>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfBusy();
        SaveTo(path, CancellationToken.None);
    }

    /// <summary>Saves the conversation and its cached state to a stream, from its current position.</summary>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public void Save(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ThrowIfBusy();
        SaveTo(destination, CancellationToken.None);
    }

    /// <summary>
    /// <see cref="Save(string)"/> on the context's thread. The session rejects other calls until the task completes.
    /// </summary>
    /// <exception cref="OperationCanceledException">Saving was cancelled; an existing file is unchanged.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return RunAsync(stop => SaveTo(path, stop), cancellationToken);
    }

    /// <summary>
    /// <see cref="Save(Stream)"/> on the context's thread. The session rejects other calls until the task completes.
    /// </summary>
    /// <exception cref="OperationCanceledException">Saving was cancelled; the stream may be incomplete.</exception>
    public Task SaveAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return RunAsync(stop => SaveTo(destination, stop), cancellationToken);
    }

    /// <summary>
    /// Replaces the conversation with a saved one. The cached state is restored if it is intact and was evaluated with the same model
    /// file, template, adapters and context options, such as the type of the cache. Otherwise, e.g. with another quantization of the
    /// model, the conversation is evaluated again with the next message, and the model's log says why.
    /// </summary>
    /// <returns>Whether the cached state was restored.</returns>
    /// <exception cref="ChatSessionFileException">The file is not a saved conversation, or belongs to another model, in which case the
    /// message says what differs; nothing changed.</exception>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public bool Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfBusy();
        return LoadFrom(path, CancellationToken.None);
    }

    /// <summary>Replaces the conversation with one saved in a stream, from its current position to its end.</summary>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <inheritdoc cref="Load(string)"/>
    public bool Load(Stream source)
    {
        CheckSource(source);
        ThrowIfBusy();
        return LoadFrom(source, path: null, CancellationToken.None);
    }

    /// <summary>
    /// <see cref="Load(string)"/> on the context's thread. The session rejects other calls until the task completes.
    /// </summary>
    /// <exception cref="OperationCanceledException">Loading was cancelled; the session is unchanged.</exception>
    /// <inheritdoc cref="Load(string)"/>
    public Task<bool> LoadAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return RunAsync(stop => LoadFrom(path, stop), cancellationToken);
    }

    /// <summary>
    /// <see cref="Load(Stream)"/> on the context's thread. The session rejects other calls until the task completes.
    /// </summary>
    /// <exception cref="OperationCanceledException">Loading was cancelled; the session is unchanged.</exception>
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
            throw new ArgumentException("The stream must be seekable, because its length is checked.", nameof(source));
        }
    }

    private bool SaveTo(string path, CancellationToken stop)
    {
        string temporary = path + ".tmp";
        FileStream file = FilePaths.CreateTemporary(path, temporary, FileMode.Create);
        try
        {
            using (file)
            {
                SaveTo(file, stop);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            return true;
        }
        catch (IOException error)
        {
            throw FilePaths.NotWritten(path, Path.GetFullPath(temporary), error);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private bool SaveTo(Stream destination, CancellationToken stop)
    {
        // One lease for both: the tokens must belong to the captured state. Cells evaluated with other adapters than the current ones
        // cannot be reused, nor can those of an encoder-decoder without the encoder's output.
        using LlamaContext.Lease lease = Context.Enter();
        ConversationState conversation = State;
        bool isUsable = Context.Cache.IsCurrent(Options.Sequence) && !Context.Model.IsEncoderDecoder;
        using SequenceState? state = isUsable ? SequenceState.Capture(Context, Options.Sequence) : null;
        var saved = new SavedConversation(
            Identity(),
            conversation.Messages,
            conversation.Tokens.Text,
            conversation.Tokens.Tokens.ToArray(),
            state is null ? [] : Context.Cache.GetTokens(Options.Sequence),
            conversation.Tokens.Marks,
            state?.Length ?? 0,
            state?.Hash(stop) ?? "");
        saved.WriteHeader(destination);
        state?.WriteTo(destination, stop);
        return true;
    }

    private bool LoadFrom(string path, CancellationToken stop)
    {
        using FileStream file = File.OpenRead(path);
        return LoadFrom(file, path, stop);
    }

    private bool LoadFrom(Stream source, string? path, CancellationToken stop)
    {
        // Claim the context and read everything before changing anything, so that a failure leaves the session unchanged.
        using LlamaContext.Lease lease = Context.Enter();
        var saved = SavedConversation.ReadHeader(source, path);
        SessionIdentity now = Identity();
        if (SessionIdentity.Difference(saved.Identity.Model, now.Model) is { } otherModel)
        {
            throw new ChatSessionFileException(path, $"it was saved with another model: {otherModel}");
        }

        string? otherTokens = SessionIdentity.Difference(saved.Identity.Tokens, now.Tokens);
        string? otherCells = otherTokens
            ?? SessionIdentity.Difference(saved.Identity.Cells, now.Cells)
            ?? (saved.CachedTokens.Length > Context.SequenceSize ? $"it needs a context of {saved.CachedTokens.Length} tokens" : null);
        var tokens = new ConversationTokens(Context.Model.Vocabulary);
        if (otherTokens is null)
        {
            CheckTokens(saved, path);
            tokens.Restore(saved.Text, saved.Tokens, saved.Marks);
        }

        bool hasCells = saved.CachedTokens.Length > 0;
        using SequenceState? state = hasCells && otherCells is null ? SequenceState.Read(source, saved.StateLength, stop) : null;
        if (state is not null && state.Hash(stop) != saved.StateHash)
        {
            otherCells = "it is damaged";
        }

        Volatile.Write(ref _state, new ConversationState(saved.Messages, tokens));
        if (otherCells is null && state?.RestoreTo(Context, Options.Sequence, saved.CachedTokens) == true)
        {
            return true;
        }

        if (hasCells)
        {
            NativeLog.Warn("The cached state of the saved conversation cannot be used, so the conversation is evaluated again: "
                + (otherCells ?? "it does not fit the options of this context") + ".");
        }

        return false;
    }

    private SessionIdentity Identity() => (_identity ??= SessionIdentity.Of(Context, Format.Template)).With(Context);

    private void CheckTokens(SavedConversation saved, string? path)
    {
        foreach (int token in saved.CachedTokens.Concat(saved.Tokens))
        {
            if ((uint)token >= (uint)Context.Model.Vocabulary.Count)
            {
                throw new ChatSessionFileException(
                    path, $"it has token {token}; token ids of this vocabulary run from 0 to {Context.Model.Vocabulary.Count - 1}");
            }
        }
    }

    /// <summary>Runs work on the context's thread; the session rejects other calls meanwhile.</summary>
    private async Task<bool> RunAsync(Func<CancellationToken, bool> work, CancellationToken cancellationToken)
    {
        _ = Claim(work);
        try
        {
            return await Context.Worker.RunAsync(work, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Release(work);
        }
    }
}
