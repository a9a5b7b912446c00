using System.Diagnostics;

namespace LlamaNative.Tests.Interop;

/// <summary>Compiles and runs native/abi/layout.c against llama.cpp's headers, as the AbiReport target does.</summary>
internal static class AbiCompiler
{
    private static readonly string s_native = Repository.PathOf("native");

    public static string Run()
    {
        string program = Path.Combine(Directory.CreateTempSubdirectory("llamanative-abi").FullName, "layout");
        try
        {
            Start("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror",
                "-I", Path.Combine(Repository.LlamaSource, "include"), "-I", Path.Combine(Repository.LlamaSource, "ggml", "include"),
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
}
