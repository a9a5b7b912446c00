using System.Text;

namespace TrainTinyChat.Corpus;

/// <summary>
/// The combinations of slots that training never sees: one in twenty, chosen by hash. Each slot value alone is seen,
/// with other partners: a fact nobody was told cannot be asked for.
/// </summary>
internal static class HeldOut
{
    private const ulong OneIn = 20;

    public static bool Contains(Exchange exchange) => !exchange.AlwaysTrained && Contains(exchange.Kind, exchange.Combination);

    public static bool Contains(string kind, string combination) => Hash($"{kind}|{combination}") % OneIn == 0;

    /// <summary>FNV-1a, and a finalizer because its low bits alone are poor.</summary>
    private static ulong Hash(string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ value) * 0x100000001B3;
        }

        return Dice.Mix(hash);
    }
}
