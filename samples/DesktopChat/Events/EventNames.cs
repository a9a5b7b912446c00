namespace DesktopChat.Events;

/// <summary>The events that pages listen to; wwwroot/events.js has the same list.</summary>
internal static class EventNames
{
    /// <summary>The whole state, first on every connection: <see cref="Events.Snapshot"/>.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>The list of conversations.</summary>
    public const string Conversations = "conversations";

    /// <summary>A conversation as it is now.</summary>
    public const string Conversation = "conversation";

    /// <summary>An answer has begun or come a step further.</summary>
    public const string Answer = "answer";

    /// <summary>A further piece of an answer.</summary>
    public const string Piece = "piece";

    /// <summary>An answer has ended; its message, if any, came with the conversation before.</summary>
    public const string AnswerEnd = "answer-end";

    public const string Model = "model";

    public const string Settings = "settings";

    public const string Usage = "usage";
}
