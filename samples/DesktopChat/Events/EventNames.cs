namespace DesktopChat.Events;

/// <summary>The names of events; wwwroot/js/events.js has the same list.</summary>
internal static class EventNames
{
    /// <summary>The whole state, sent first on every connection: <see cref="Events.Snapshot"/>.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>The list of conversations.</summary>
    public const string Conversations = "conversations";

    /// <summary>The current state of a conversation.</summary>
    public const string Conversation = "conversation";

    /// <summary>An answer has started or entered a new phase.</summary>
    public const string Answer = "answer";

    /// <summary>A piece of an answer.</summary>
    public const string Piece = "piece";

    /// <summary>An answer has ended; its message, if any, was sent with the conversation before.</summary>
    public const string AnswerEnd = "answer-end";

    public const string Model = "model";

    public const string Settings = "settings";

    public const string Usage = "usage";
}
