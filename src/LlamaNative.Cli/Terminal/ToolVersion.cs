namespace LlamaNative.Cli.Terminal;

/// <summary>The version of this tool.</summary>
internal static class ToolVersion
{
    public static string Current { get; } = typeof(ToolVersion).Assembly.GetName().Version?.ToString(3) ?? "?";
}
