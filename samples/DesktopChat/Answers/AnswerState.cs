namespace DesktopChat.Answers;

/// <summary>The phase of an answer.</summary>
internal enum AnswerPhase
{
    /// <summary>The model is loading or busy with another answer.</summary>
    Waiting,

    /// <summary>The model evaluates the conversation.</summary>
    Reading,

    /// <summary>The model generates text.</summary>
    Writing,
}

/// <summary>An answer in progress.</summary>
/// <param name="ConversationId">The conversation.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Text">The text so far.</param>
internal sealed record AnswerState(string ConversationId, AnswerPhase Phase, string Text);

/// <summary>A piece of an answer.</summary>
/// <param name="ConversationId">The conversation.</param>
/// <param name="Offset">The length of the text before it, so that a page can detect duplicates and gaps.</param>
/// <param name="Text">The piece.</param>
/// <param name="TokensPerSecond">The speed so far; 0 until it is known.</param>
internal sealed record AnswerPiece(string ConversationId, int Offset, string Text, double TokensPerSecond);

/// <summary>The end of an answer.</summary>
/// <param name="ConversationId">The conversation.</param>
/// <param name="Error">The error message; null on success.</param>
internal sealed record AnswerEnd(string ConversationId, string? Error);
