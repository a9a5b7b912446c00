namespace TrainTinyChat.Corpus;

/// <summary>
/// A conversation topic, which generates an exchange with random slot values. The question determines the answer, so every
/// answer is either right or wrong.
/// </summary>
/// <param name="Kind">The name used in evaluations.</param>
/// <param name="Weight">Its frequency relative to other topics.</param>
/// <param name="Make">Fills the slots.</param>
internal sealed record Topic(string Kind, double Weight, Func<Dice, Exchange> Make)
{
    /// <summary>A topic whose question is one of several phrasings with {0} for the slot; slot and phrasing are the combination.</summary>
    public static Topic Of(string kind, double weight, string[] phrasings, Func<Dice, (string Slot, string Answer)> fill) =>
        new(kind, weight, dice =>
        {
            (string slot, string answer) = fill(dice);
            int phrasing = dice.Next(phrasings.Length);
            return new Exchange(kind, $"{slot}|{phrasing}",
                World.Capital(phrasings[phrasing].Replace("{0}", slot, StringComparison.Ordinal)), answer);
        });

    /// <summary>Redraws until the combination is held out, or not held out, as requested.</summary>
    public Exchange Draw(Dice dice, bool heldOut)
    {
        while (true)
        {
            Exchange exchange = Make(dice);
            if (HeldOut.Contains(exchange) == heldOut)
            {
                return exchange;
            }
        }
    }
}
