using static TrainTinyChat.Corpus.World;

namespace TrainTinyChat.Corpus;

/// <summary>Combines exchanges into conversations.</summary>
internal static class ConversationMaker
{
    private static readonly Topic[] s_topics = [.. TalkTopics.All, .. FactTopics.All, .. NumberTopics.All];
    private static readonly double s_allWeights = s_topics.Sum(topic => topic.Weight);

    private static readonly string[] s_systems =
    [
        "You are Tiny, a small and friendly assistant.", "You are a friendly assistant.", "Answer the questions of the user.",
        "You are an assistant that gives short answers.",
    ];

    /// <summary>The kinds that are evaluated separately.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. s_topics.Select(topic => topic.Kind), "names",
        "likings", "identity", "not told"];

    /// <summary>A training conversation, which contains no held-out combination.</summary>
    public static Conversation Train(Dice dice) => dice.NextDouble() switch
    {
        < 0.13 => Make("names", dice, heldOut: false),
        < 0.19 => Make("likings", dice, heldOut: false),
        < 0.28 => Make("identity", dice, heldOut: false),
        < 0.31 => Make("not told", dice, heldOut: false),
        _ => Make(Draw(dice).Kind, dice, heldOut: false),
    };

    /// <summary>A conversation whose last exchange is held out and of the given kind; the exchanges before it are not held out.</summary>
    public static Conversation Test(string kind, Dice dice) => Make(kind, dice, heldOut: true);

    /// <summary>A system prompt that gives the assistant no name, or null.</summary>
    public static string? PlainSystem(Dice dice) => dice.NextDouble() switch
    {
        < 0.5 => null,
        < 0.85 => "You are a helpful assistant.",
        _ => dice.Pick(s_systems),
    };

    private static Conversation Make(string kind, Dice dice, bool heldOut)
    {
        string? system = PlainSystem(dice);
        var exchanges = new List<Exchange>();
        switch (kind)
        {
            case "names" or "likings":
                (Exchange told, Exchange asked) = Redraw(() => kind == "names" ? MemoryTopics.Name(dice) : MemoryTopics.Like(dice),
                    pair => pair.Asked, heldOut);
                AddOthers(exchanges, dice, dice.Chance(0.3) ? 1 : 0);
                exchanges.Add(told);
                AddOthers(exchanges, dice, dice.Next(dice.Chance(0.2) ? 5 : 3));
                exchanges.Add(asked);
                break;
            case "identity":
                (system, Exchange who) = Redraw(() => MemoryTopics.Identity(dice), pair => pair.Asked, heldOut);
                AddOthers(exchanges, dice, dice.Next(3));
                exchanges.Add(who);
                break;
            case "not told":
                AddOthers(exchanges, dice, dice.Next(3));
                exchanges.Add(Redraw(() => MemoryTopics.NotTold(dice), exchange => exchange, heldOut));
                break;
            default:
                AddOthers(exchanges, dice, dice.Next(dice.Chance(0.15) ? 6 : 3));
                exchanges.Add(s_topics.First(topic => topic.Kind == kind).Draw(dice, heldOut));
                break;
        }

        if (!heldOut)
        {
            AddOthers(exchanges, dice, dice.Chance(0.3) ? 1 : 0);
        }

        return new Conversation(system, [.. exchanges.Select(exchange => exchange with { User = Careless(exchange.User, dice) })]);
    }

    private static T Redraw<T>(Func<T> draw, Func<T, Exchange> counted, bool heldOut)
    {
        while (true)
        {
            T drawn = draw();
            if (HeldOut.Contains(counted(drawn)) == heldOut)
            {
                return drawn;
            }
        }
    }

    private static void AddOthers(List<Exchange> exchanges, Dice dice, int count)
    {
        for (int i = 0; i < count; i++)
        {
            exchanges.Add(Draw(dice).Draw(dice, heldOut: false));
        }
    }

    private static Topic Draw(Dice dice)
    {
        double place = dice.NextDouble() * s_allWeights;
        foreach (Topic topic in s_topics)
        {
            place -= topic.Weight;
            if (place < 0)
            {
                return topic;
            }
        }

        return s_topics[^1];
    }

    /// <summary>Users often omit capitals and the final punctuation mark.</summary>
    private static string Careless(string said, Dice dice)
    {
        if (said.Length < 3 || !dice.Chance(0.25))
        {
            return said;
        }

        string small = char.IsLetter(said[1]) ? char.ToLowerInvariant(said[0]) + said[1..] : said;
        return dice.Chance(0.5) ? small.TrimEnd('.', '?', '!') : small;
    }
}
