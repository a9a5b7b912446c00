namespace LlamaNative.Interop;

/// <summary>
/// The logical names under which imports refer to the three native libraries; <see cref="NativeLoader"/> maps them to files.
/// </summary>
internal static class NativeLibraries
{
    public const string Llama = "llama";
    public const string Ggml = "ggml";
    public const string GgmlBase = "ggml-base";

    /// <summary>In the order they depend on each other, so that each finds its own dependencies already loaded.</summary>
    public static ReadOnlySpan<string> InLoadOrder => new[] { GgmlBase, Ggml, Llama };

    /// <summary>What the files of ggml's backends begin with.</summary>
    public static string BackendPrefix => OperatingSystem.IsWindows() ? "ggml-" : "libggml-";

    /// <summary>What they end with; on macOS too, because ggml builds backends as modules.</summary>
    public static string BackendSuffix => OperatingSystem.IsWindows() ? ".dll" : ".so";
}
