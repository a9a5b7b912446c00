using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Commands;

/// <summary>
/// The file of a conversation. It is replaced after every change, once the new one is complete, so that nothing that ends the process
/// loses more than the change in progress.
/// </summary>
internal sealed class SessionFile(Shell shell, ChatSession session, string? path)
{
    private IReadOnlyList<ChatMessage>? _saved;

    /// <summary>Whether the last attempt to save failed.</summary>
    public bool Failed { get; private set; }

    public void Load()
    {
        if (path is not null && File.Exists(path))
        {
            bool cached = session.Load(path);
            _saved = session.Messages;
            shell.Tell($"Resumed a conversation of {session.Messages.Count} messages, "
                + $"{(cached ? "with its cache" : "which are evaluated again")}.");
        }
    }

    /// <summary>Saves the conversation if it has changed. A failure is reported, and the conversation can go on.</summary>
    public void Save()
    {
        if (path is null || ReferenceEquals(_saved, session.Messages))
        {
            return;
        }

        try
        {
            session.Save(path);
            _saved = session.Messages;
            Failed = false;
        }
        catch (Exception error) when (error is LlamaException or IOException or UnauthorizedAccessException)
        {
            Failed = true;
            shell.Fail($"the conversation could not be saved: {ErrorText.Of(error)}");
        }
    }
}
