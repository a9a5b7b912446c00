namespace LlamaNative.Cli.Arguments;

/// <summary>Checks numbers that the library does not see.</summary>
internal static class NumberRange
{
    /// <exception cref="ArgumentException">The number is not in the range.</exception>
    public static void Check(int value, string option, int least, int most = int.MaxValue)
    {
        if (value < least || value > most)
        {
            string range = most == int.MaxValue ? $"at least {least}" : $"from {least} to {most}";
            throw new ArgumentException($"{option} is {value}; it must be {range}.");
        }
    }
}
