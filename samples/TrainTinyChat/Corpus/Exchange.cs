namespace TrainTinyChat.Corpus;

/// <summary>A user message and its only correct answer.</summary>
/// <param name="Kind">The ability that it tests.</param>
/// <param name="Combination">The slot values; exchanges are held out by this key.</param>
/// <param name="User">The user's message.</param>
/// <param name="Answer">The answer.</param>
/// <param name="AlwaysTrained">Whether it is never held out, because no other training exchange contains the same fact.</param>
internal sealed record Exchange(string Kind, string Combination, string User, string Answer, bool AlwaysTrained = false);

/// <summary>A conversation, starting with the system prompt; a test asks the question of the last exchange.</summary>
internal sealed record Conversation(string? System, IReadOnlyList<Exchange> Exchanges)
{
    public Exchange Last => Exchanges[^1];
}
