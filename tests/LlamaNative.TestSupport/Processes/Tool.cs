using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace LlamaNative.TestSupport;

/// <summary>The output and exit code of the tool.</summary>
public sealed record ToolResult(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    public JsonElement Json()
    {
        Assert.True(ExitCode == 0, Error);
        return JsonDocument.Parse(Output).RootElement;
    }
}

/// <summary>Runs the command line tool, built with these tests, as a separate process.</summary>
public static class Tool
{
    // .../bin/<configuration>/net10.0/ here and there.
    private static readonly string s_configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static Task<ToolResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    public static Task<ToolResult> RunAsync(byte[] input, params string[] arguments) =>
        RunAsync("src/LlamaNative.Cli", "LlamaNative.Cli.dll", input, arguments);

    public static Task<ToolResult> RunWithAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        RunAsync("src/LlamaNative.Cli", "LlamaNative.Cli.dll", [], arguments, environment);

    public static Task<ToolResult> RunWalkSampleAsync(params string[] arguments) =>
        RunAsync("samples/Llama3FromScratch", "Llama3FromScratch.dll", [], arguments);

    public static Task<ToolResult> RunChatSampleAsync(string input, params string[] arguments) =>
        RunAsync("samples/ConsoleChat", "ConsoleChat.dll", Encoding.UTF8.GetBytes(input), arguments);

    /// <summary>Starts the tool with open pipes.</summary>
    public static RunningTool Start(params string[] arguments) =>
        new(Start("src/LlamaNative.Cli", "LlamaNative.Cli.dll", arguments, environment: null));

    /// <summary>Starts the sample ConsoleChat with open pipes.</summary>
    public static RunningTool StartChatSample(params string[] arguments) =>
        new(Start("samples/ConsoleChat", "ConsoleChat.dll", arguments, environment: null));

    /// <summary>Starts a program that was built with these tests; its streams are redirected.</summary>
    public static Process Start(
        string project, string assembly, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        string path = Repository.PathOf(project, "bin", s_configuration, "net10.0", assembly);
        Assert.True(File.Exists(path), $"{path} is not built");
        // A test run in the background of a shell ignores SIGINT, one under nohup SIGHUP, and its children would inherit that.
        bool resetsSignals = OperatingSystem.IsLinux();
        string[] command = resetsSignals ? ["--default-signal=INT,HUP,TERM", "dotnet", path] : [path];
        var start = new ProcessStartInfo(resetsSignals ? "env" : "dotnet", [.. command, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task<ToolResult> RunAsync(
        string project, string assembly, byte[] input, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(project, assembly, arguments, environment);
        using var output = new MemoryStream();
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        Task<string> error = process.StandardError.ReadToEndAsync();
        await WriteAsync(process, input);

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{assembly} {string.Join(' ', arguments)} does not end.");
        }

        await reading;
        return new ToolResult(process.ExitCode, output.ToArray(), await error);
    }

    private static async Task WriteAsync(Process process, byte[] input)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process ended without reading its input.
        }
    }
}
