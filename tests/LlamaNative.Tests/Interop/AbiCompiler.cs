using System.Diagnostics;

namespace LlamaNative.Tests.Interop;

/// <summary>Compiles and runs native/abi/layout.c against llama.cpp's headers, as the AbiReport target does.</summary>
internal static class AbiCompiler
{
    private static readonly string s_native = Path.Combine(SharedFiles.RepositoryRoot, "native");

    public static string Source { get; } =
        Environment.GetEnvironmentVariable("LLAMA_CPP_SOURCE") is { Length: > 0 } path ? path : Path.Combine(s_native, "llama.cpp");

    public static string? WhyNot() => WhyNoSource() ?? (IsOnPath("gcc") ? null : "needs gcc");

    public static string? WhyNoSource() => File.Exists(Path.Combine(Source, "include", "llama.h"))
        ? null
        : "needs llama.cpp's source: dotnet msbuild native/LlamaNative.Native.proj -t:FetchSource";

    public static string Run()
    {
        string program = Path.Combine(Directory.CreateTempSubdirectory("llamanative-abi").FullName, "layout");
        try
        {
            Start("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror",
                "-I", Path.Combine(Source, "include"), "-I", Path.Combine(Source, "ggml", "include"),
                Path.Combine(s_native, "abi", "layout.c"), "-o", program);
            return Start(program);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(program)!, recursive: true);
        }
    }

    private static string Start(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} exited with {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
        return output;
    }

    public static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));
}

/// <summary>A fact that is skipped, with the reason, where gcc or llama.cpp's source is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RecompiledAbiFactAttribute : FactAttribute
{
    public RecompiledAbiFactAttribute() => Skip = AbiCompiler.WhyNot();
}
