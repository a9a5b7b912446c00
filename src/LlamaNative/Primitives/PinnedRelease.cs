namespace LlamaNative;

/// <summary>The llama.cpp release that this library is built for.</summary>
internal static class PinnedRelease
{
    /// <summary>Its version, as <see cref="LlamaRuntime.PinnedVersion"/> publishes it.</summary>
    public const string Version = "0.4.0";
}
