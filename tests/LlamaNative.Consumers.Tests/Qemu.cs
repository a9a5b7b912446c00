using LlamaNative.Tests;

namespace LlamaNative.Consumers.Tests;

/// <summary>
/// QEMU (Debian's qemu-user-static) with a C compiler for arm64 (Debian's g++-aarch64-linux-gnu), which together show that
/// the libraries for linux-arm64 work. There is no .NET for that platform to be had here, so a C program calls them.
/// </summary>
internal static class Qemu
{
    public const string Emulator = "/usr/bin/qemu-aarch64-static";
    public const string Compiler = "/usr/bin/aarch64-linux-gnu-gcc";

    /// <summary>The system libraries of the emulated machine.</summary>
    public const string Root = "/usr/aarch64-linux-gnu";

    /// <summary>llama.cpp's source, which native/fetch-source.mjs brings.</summary>
    public static string Source { get; } = Path.Combine(SharedFiles.RepositoryRoot, "native", "llama.cpp");

    public static string? Reason => Platform.Reason is { } platform ? platform
        : !File.Exists(Emulator) ? "needs QEMU (Debian's qemu-user-static)"
        : !File.Exists(Compiler) || !File.Exists(Path.Combine(Root, "lib", "libstdc++.so.6")) ? "needs a C++ compiler for arm64 (Debian's g++-aarch64-linux-gnu)"
        : !Directory.Exists(Source) ? "needs llama.cpp's headers: dotnet msbuild native/LlamaNative.Native.proj -t:FetchSource"
        : null;
}

/// <summary>A theory about libraries for arm64, skipped where nothing can run them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class QemuTheoryAttribute : TheoryAttribute
{
    public override string? Skip => Qemu.Reason;
}
