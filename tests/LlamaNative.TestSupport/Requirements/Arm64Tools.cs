namespace LlamaNative.TestSupport;

/// <summary>
/// QEMU with a C compiler for arm64, which together show that the libraries for linux-arm64 work.
/// A C program calls them, because no .NET for that platform is needed this way.
/// </summary>
public static class Arm64Tools
{
    public const string Emulator = "/usr/bin/qemu-aarch64-static";
    public const string Compiler = "/usr/bin/aarch64-linux-gnu-gcc";

    /// <summary>The system libraries of the emulated machine.</summary>
    public const string Root = "/usr/aarch64-linux-gnu";

    public static bool Exist => File.Exists(Emulator) && File.Exists(Compiler) && File.Exists(Path.Combine(Root, "lib", "libstdc++.so.6"));
}
