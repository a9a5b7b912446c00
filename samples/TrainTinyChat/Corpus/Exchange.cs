namespace TrainTinyChat.Corpus;

/// <summary>A question, or whatever is said, and its one right answer.</summary>
/// <param name="Kind">What it tests.</param>
/// <param name="Combination">The slots it was filled with: what is held out is held out by this.</param>
/// <param name="User">What is said.</param>
/// <param name="Answer">The answer.</param>
/// <param name="AlwaysTrained">Never held out, because nothing else that is trained could tell it.</param>
internal sealed record Exchange(string Kind, string Combination, string User, string Answer, bool AlwaysTrained = false);

/// <summary>A conversation, from the system prompt on; the last exchange is the one that is asked for when it is a test.</summary>
internal sealed record Conversation(string? System, IReadOnlyList<Exchange> Exchanges)
{
    public Exchange Last => Exchanges[^1];
}
