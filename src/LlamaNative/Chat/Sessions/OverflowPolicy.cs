namespace LlamaNative.Chat;

/// <summary>What a session does when the conversation no longer fits its context.</summary>
public enum OverflowPolicy
{
    /// <summary>Throws <see cref="ContextOverflowException"/>; nothing changes.</summary>
    Refuse,

    /// <summary>
    /// Removes the oldest turns but keeps the system message; <see cref="ChatSession.Messages"/> lists the remaining ones.
    /// </summary>
    DropOldestTurns,

    /// <summary>
    /// Context shift: removes the oldest half of the cached tokens after the system message and moves the rest up. Cheap; the
    /// remaining entries were computed with the removed tokens in view, so some of their information is retained. All messages
    /// stay in <see cref="ChatSession.Messages"/>.
    /// </summary>
    Shift,
}
