namespace LlamaNative;

/// <summary>The llama.cpp release that this library is built for.</summary>
internal static class PinnedRelease
{
    /// <summary>The release's version, also available as <see cref="LlamaRuntime.PinnedVersion"/>.</summary>
    public const string Version = "0.4.0";

    /// <summary>The version of the ggml in it (ggml/CMakeLists.txt), which shows that all libraries are of this release.</summary>
    public const string GgmlVersion = "0.23.0";
}
