using System.CommandLine;

namespace LlamaNative.Cli.Arguments;

/// <summary>Adds option groups to commands.</summary>
internal static class CommandExtensions
{
    public static void AddAll(this Command command, IEnumerable<Option> options)
    {
        foreach (Option option in options)
        {
            command.Add(option);
        }
    }
}
