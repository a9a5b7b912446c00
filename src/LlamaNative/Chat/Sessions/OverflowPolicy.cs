namespace LlamaNative.Chat;

/// <summary>What a session does when a conversation no longer fits its context.</summary>
public enum OverflowPolicy
{
    /// <summary>Refuses the message with a <see cref="ContextOverflowException"/>; nothing changes.</summary>
    Refuse,

    /// <summary>Forgets the oldest turns, keeping the system message; <see cref="ChatSession.Messages"/> shows what is left.</summary>
    DropOldestTurns,

    /// <summary>
    /// Forgets the oldest half of what lies behind the system message in the cache and moves the rest up. Cheap, and the
    /// model keeps an impression; the messages stay listed.
    /// </summary>
    Shift,
}
