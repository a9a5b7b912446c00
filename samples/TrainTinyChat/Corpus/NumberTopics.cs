using static TrainTinyChat.Corpus.World;

namespace TrainTinyChat.Corpus;

/// <summary>Counting, sums and comparisons.</summary>
internal static class NumberTopics
{
    public const string Sums = "sums";

    public static readonly Topic[] All =
    [
        new("counting", 1.8, Counting),
        new("neighbours", 1.6, Neighbour),
        new(Sums, 3, Sum),
        new("comparisons", 2.4, Comparison),
    ];

    private static Exchange Counting(Dice dice)
    {
        int from = 1 + dice.Next(12);
        int to = from + 2 + dice.Next(7);
        bool down = dice.Chance(0.3);
        (int first, int last) = down ? (to, from) : (from, to);
        string said = dice.Pick<string>([$"count from {first} to {last}.", $"please count from {first} to {last}.",
            $"can you count from {first} to {last}?", $"count {(down ? "down" : "up")} from {first} to {last}."]);
        IEnumerable<int> numbers = Enumerable.Range(from, to - from + 1);
        return new Exchange("counting", $"{first}|{last}", Capital(said), string.Join(", ", down ? numbers.Reverse() : numbers) + ".");
    }

    private static Exchange Neighbour(Dice dice)
    {
        int number = 1 + dice.Next(30);
        bool after = dice.Chance(0.5);
        string way = after ? "after" : "before";
        string said = dice.Pick<string>([$"what comes {way} {number}?", $"which number comes {way} {number}?",
            $"what number is {way} {number}?", $"tell me the number {way} {number}."]);
        return new Exchange("neighbours", said, Capital(said), $"{(after ? number + 1 : number - 1)} comes {way} {number}.");
    }

    /// <summary>
    /// The held-out combination is the sum in one order; the other order is trained, so answering requires that a + b equals
    /// b + a. A number added to itself has only one order and is always trained.
    /// </summary>
    private static Exchange Sum(Dice dice)
    {
        int a = dice.Next(10);
        int b = dice.Next(10);
        string said = dice.Pick<string>([$"what is {a} + {b}?", $"{a} + {b}?", $"how much is {a} + {b}?",
            $"add {a} and {b}.", $"what is {a} plus {b}?", $"{a} plus {b}?"]);
        bool alone = a == b || (a > b && HeldOut.Contains(Sums, $"{b}+{a}"));
        return new Exchange(Sums, $"{a}+{b}", Capital(said), $"{a} + {b} = {a + b}.", AlwaysTrained: alone);
    }

    private static Exchange Comparison(Dice dice)
    {
        bool bigger = dice.Chance(0.5);
        string way = bigger ? "bigger" : "smaller";
        bool animals = dice.Chance(0.35);
        int range = animals ? Sizes.Length : 21;
        int a = dice.Next(range);
        int b = (a + 1 + dice.Next(range - 1)) % range;
        int answer = bigger ? Math.Max(a, b) : Math.Min(a, b);
        string Show(int number) => animals ? Sizes[number] : $"{number}";
        string said = dice.Pick<string>(
            [$"which is {way}, {Show(a)} or {Show(b)}?", $"what is {way}, {Show(a)} or {Show(b)}?", $"is {Show(a)} or {Show(b)} {way}?"]);
        return new Exchange("comparisons", $"{Show(a)}|{Show(b)}|{way}", Capital(said),
            $"{Capital(Show(answer))} is {way} than {Show(a + b - answer)}.");
    }
}
