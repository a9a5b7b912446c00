namespace LlamaNative.Interop;

/// <summary>The names of the three native libraries in imports. <see cref="NativeLoader"/> resolves them to files.</summary>
internal static class NativeLibraries
{
    public const string Llama = "llama";
    public const string Ggml = "ggml";
    public const string GgmlBase = "ggml-base";

    /// <summary>The libraries in dependency order, so that the dependencies of each are already loaded.</summary>
    public static ReadOnlySpan<string> InLoadOrder => new[] { GgmlBase, Ggml, Llama };

    /// <summary>The file name prefix of ggml's backends.</summary>
    public static string BackendPrefix => OperatingSystem.IsWindows() ? "ggml-" : "libggml-";

    /// <summary>The file name suffix of ggml's backends. It is also .so on macOS, because ggml builds backends as modules.</summary>
    public static string BackendSuffix => OperatingSystem.IsWindows() ? ".dll" : ".so";
}
