namespace TrainTinyChat.Corpus;

/// <summary>Generates documents from a seed; document n is always the same.</summary>
internal static class CorpusGenerator
{
    private const double PlainShare = 0.03;

    public static IEnumerable<Document> Documents(ulong seed, int count)
    {
        for (int i = 0; i < count; i++)
        {
            yield return Make(seed, i);
        }
    }

    public static Document Make(ulong seed, int number)
    {
        var dice = new Dice(seed, (ulong)number);
        return dice.Chance(PlainShare) ? Document.Of(Plain(dice)) : Document.Of(ConversationMaker.Train(dice));
    }

    /// <summary>Up to a number of held-out conversations of a kind, each with a different question.</summary>
    public static IReadOnlyList<Conversation> Tests(ulong seed, string kind, int count)
    {
        const int Tries = 4000;
        var tests = new List<Conversation>();
        var asked = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < Tries && tests.Count < count; i++)
        {
            Conversation test = ConversationMaker.Test(kind, new Dice(~seed, (ulong)i));
            if (asked.Add($"{test.Last.Combination}|{(kind == NumberTopics.Sums ? test.Last.User.TrimEnd('?', '.') : "")}"))
            {
                tests.Add(test);
            }
        }

        return tests;
    }

    /// <summary>Plain text: sentences about the small world, some of which start with a lower-case letter.</summary>
    private static string Plain(Dice dice)
    {
        string[] kinds = ["colours", "capitals", "opposites", "stories"];
        string kind = dice.Pick(kinds);
        string text = dice.Chance(0.5)
            ? FactTopics.Answer42
            : FactTopics.All.First(topic => topic.Kind == kind).Draw(dice, heldOut: false).Answer;
        return dice.Chance(0.4) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }
}
