using System.Globalization;
using System.Text.Json.Nodes;
using LlamaNative;

namespace ConsoleChat;

/// <summary>This program's tools: each has a description for the model and a delegate that runs when the model calls it.</summary>
internal static class ChatTools
{
    private static readonly ToolFunction s_clock = new(
        new ToolDefinition("clock", "Tells the current date and time.", new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(),
        }),
        (_, _) => Task.FromResult(DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture)));

    /// <summary>Returns the tools with these names.</summary>
    /// <exception cref="ArgumentException">There is no such tool.</exception>
    public static IReadOnlyList<ToolFunction> Find(string? names) =>
        [.. (names ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(name => name == s_clock.Definition.Name
            ? s_clock
            : throw new ArgumentException($"There is no tool '{name}'; there is {s_clock.Definition.Name}."))];
}
