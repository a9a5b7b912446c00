namespace TrainTinyChat.Corpus;

/// <summary>
/// Something to talk about: makes an exchange with slots filled at random. What is said first decides the answer, so an
/// answer is right or wrong and never a matter of taste.
/// </summary>
/// <param name="Kind">The name it is counted under.</param>
/// <param name="Weight">How often it is talked about, relative to others.</param>
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

    /// <summary>Redraws until the combination is on the wanted side of the line.</summary>
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
