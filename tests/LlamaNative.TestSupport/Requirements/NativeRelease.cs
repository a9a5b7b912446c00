namespace LlamaNative.TestSupport;

/// <summary>The release of the native libraries that the tests run on; native/README.md lists what differs.</summary>
public static class NativeRelease
{
    private static readonly Lazy<bool> s_isPinned = new(() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("LLAMANATIVE_LIBRARY_DIR"))
        || LlamaRuntime.Load().Version.StartsWith(LlamaRuntime.PinnedVersion, StringComparison.Ordinal));

    /// <summary>Whether it is the pinned release. Loads the libraries only if a variable chooses other ones.</summary>
    public static bool IsPinned => s_isPinned.Value;
}
