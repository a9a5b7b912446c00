using LlamaNative;

namespace ConsoleChat;

/// <summary>Saves a conversation to a file after every change; without a path it does nothing.</summary>
internal sealed class SavedSession(ChatSession session, string? path, ChatTerminal terminal)
{
    private IReadOnlyList<ChatMessage> _saved = session.Messages;

    /// <summary>Whether the last attempt to save failed.</summary>
    public bool Failed { get; private set; }

    /// <summary>Continues the conversation in the file, if it exists.</summary>
    public void Load()
    {
        if (path is not null && File.Exists(path))
        {
            session.Load(path);
            _saved = session.Messages;
            terminal.Tell($"(continuing a conversation of {_saved.Count} messages)");
        }
    }

    /// <summary>Saves the conversation if it has changed. <see cref="ChatSession.Messages"/> is another list after every change.</summary>
    public void Save()
    {
        if (ReferenceEquals(_saved, session.Messages))
        {
            return;
        }

        try
        {
            if (path is not null)
            {
                session.Save(path);
            }

            _saved = session.Messages;
            Failed = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or LlamaException)
        {
            Failed = true;
            terminal.Tell("error: the conversation could not be saved: " + error.Message);
        }
    }

    /// <summary>Adds a message that the end of the program left without an answer, so that it is answered next time.</summary>
    public void KeepUnanswered(string message)
    {
        if (ReferenceEquals(_saved, session.Messages))
        {
            session.Add(ChatMessage.FromUser(message));
        }
    }
}
