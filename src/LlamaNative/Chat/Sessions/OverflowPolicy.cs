namespace LlamaNative.Chat;

/// <summary>What a session does when the conversation no longer fits its context.</summary>
public enum OverflowPolicy
{
    /// <summary>Throws <see cref="ContextOverflowException"/>; nothing changes.</summary>
    Refuse,

    /// <summary>
    /// Removes the oldest turns but keeps the system message and the messages to be answered; <see cref="ChatSession.Messages"/> lists the
    /// remaining ones. Throws <see cref="ContextOverflowException"/> if these do not fit.
    /// </summary>
    DropOldestTurns,

    /// <summary>
    /// Context shift: removes the oldest half of the cached tokens after the system message and moves the rest up. Cheap; the
    /// remaining entries were computed with the removed tokens in view, so some of their information is retained. All messages
    /// stay in <see cref="ChatSession.Messages"/>. The messages to be answered are never cut: if they and the system message do not fit,
    /// throws <see cref="ContextOverflowException"/>.
    /// </summary>
    Shift,
}
