using System.Security.Cryptography;
using System.Text;
using LlamaNative.Chat;
using LlamaNative.Contexts;

namespace LlamaNative;

public sealed partial class ChatSession
{
    /// <summary>
    /// Saves the conversation and its cached state, so that another process can continue without evaluating it again. An
    /// existing file is replaced only after the new one is complete.
    /// </summary>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfPending();
        SaveTo(path, CancellationToken.None);
    }

    /// <summary>Saves the conversation and its cached state to a stream, from its current position.</summary>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public void Save(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ThrowIfPending();
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
    /// Replaces the conversation with a saved one. The cached state is restored if it is intact, fits this context, and was
    /// evaluated with the LoRA adapters and control vector now in use. Otherwise, and whenever the template differs, the
    /// conversation is evaluated again with the next message.
    /// </summary>
    /// <returns>Whether the cached state was restored.</returns>
    /// <exception cref="ChatSessionFileException">The file is not a saved conversation, or belongs to another model; nothing
    /// changed.</exception>
    /// <exception cref="InvalidOperationException">An answer, save or load is in progress.</exception>
    public bool Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ThrowIfPending();
        return LoadFrom(path, CancellationToken.None);
    }

    /// <summary>Replaces the conversation with one saved in a stream, from its current position to its end.</summary>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <inheritdoc cref="Load(string)"/>
    public bool Load(Stream source)
    {
        CheckSource(source);
        ThrowIfPending();
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
        // One lease for both: the tokens must belong to the captured state.
        using LlamaContext.Lease lease = Context.Enter();
        using var state = SequenceState.Capture(Context, Options.Sequence);
        var saved = new SavedConversation(
            SessionIdentity.OfModel(Context),

            // Cells evaluated with adapters other than the current ones match no saved identity.
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
        // Claim the context and read everything before changing anything, so that a failure leaves the session unchanged.
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
            throw new ChatSessionFileException(
                path, $"it was saved with the model '{saved.ModelDescription}', but the context's model is '{model}'");
        }

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
