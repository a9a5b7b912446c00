using System.Text;

namespace TrainTinyChat.Corpus;

/// <summary>
/// The slot combinations that training never sees: one in twenty, chosen by a hash. Each slot value occurs in training in
/// other combinations, because the model cannot be asked for a fact that it never saw.
/// </summary>
internal static class HeldOut
{
    private const ulong OneIn = 20;

    public static bool Contains(Exchange exchange) => !exchange.AlwaysTrained && Contains(exchange.Kind, exchange.Combination);

    public static bool Contains(string kind, string combination) => Hash($"{kind}|{combination}") % OneIn == 0;

    /// <summary>FNV-1a with a finalizer, because its low bits are poorly distributed.</summary>
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
