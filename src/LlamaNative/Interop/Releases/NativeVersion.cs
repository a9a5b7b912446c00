using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>What libraries report about themselves; null where they have no such function.</summary>
/// <param name="Llama">llama.cpp's version, e.g. <c>0.4.0-dev</c>, without a leading v.</param>
/// <param name="Ggml">ggml's version, e.g. <c>0.23.0</c>.</param>
/// <param name="Commit">The abbreviated commit that ggml was built from.</param>
internal sealed unsafe record NativeVersion(string? Llama, string? Ggml, string? Commit)
{
    /// <summary>Reads the versions through function pointers, which bind no import to the libraries.</summary>
    public static NativeVersion Read(nint llama, nint ggmlBase) =>
        new(Text(llama, "llama_version")?.TrimStart('v'), Text(ggmlBase, "ggml_version"), Text(ggmlBase, "ggml_commit"));

    /// <summary>Whether ggml was built from a commit; git abbreviates to as many digits as the repository needs.</summary>
    /// <param name="commit">The commit with at least as many digits as libraries report.</param>
    public bool IsOfCommit(string commit) =>
        Commit is { Length: >= 7 } own && commit.StartsWith(own, StringComparison.OrdinalIgnoreCase);

    public override string ToString() =>
        $"llama.cpp {Llama ?? "without a version"} with ggml {Ggml ?? "without a version"} (commit {Commit ?? "unknown"})";

    private static string? Text(nint library, string function) =>
        NativeLibrary.TryGetExport(library, function, out nint address)
            ? NativeText.Read(((delegate* unmanaged[Cdecl]<byte*>)address)())
            : null;
}
