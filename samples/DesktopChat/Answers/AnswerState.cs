namespace DesktopChat.Answers;

/// <summary>How far an answer is.</summary>
internal enum AnswerPhase
{
    /// <summary>The model is being loaded or answers elsewhere.</summary>
    Waiting,

    /// <summary>The model reads the conversation.</summary>
    Reading,

    /// <summary>The model writes.</summary>
    Writing,
}

/// <summary>An answer under way.</summary>
/// <param name="ConversationId">Where.</param>
/// <param name="Phase">How far.</param>
/// <param name="Text">What it says so far.</param>
internal sealed record AnswerState(string ConversationId, AnswerPhase Phase, string Text);

/// <summary>More of an answer.</summary>
/// <param name="ConversationId">Where.</param>
/// <param name="Offset">The length of what came before, so that a page notices what it has already and what it missed.</param>
/// <param name="Text">The piece.</param>
/// <param name="TokensPerSecond">The speed so far; 0 until there is one.</param>
internal sealed record AnswerPiece(string ConversationId, int Offset, string Text, double TokensPerSecond);

/// <summary>The end of an answer.</summary>
/// <param name="ConversationId">Where.</param>
/// <param name="Error">What went wrong; null when nothing did.</param>
internal sealed record AnswerEnd(string ConversationId, string? Error);
