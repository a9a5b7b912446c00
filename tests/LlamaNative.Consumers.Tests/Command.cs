using System.Diagnostics;
using System.Text;

namespace LlamaNative.Consumers.Tests;

/// <summary>The output and exit code of a process.</summary>
internal sealed record CommandResult(string CommandLine, int ExitCode, string Output, string Error)
{
    public CommandResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"{CommandLine}\nended with {ExitCode}\n{Output}\n{Error}");
        return this;
    }
}

/// <summary>A process to run, in an environment without npm.</summary>
internal sealed record Command(string File, params string[] Arguments)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public string? WorkingDirectory { get; init; }

    /// <summary>The standard input.</summary>
    public string Input { get; init; } = "";

    /// <summary>Environment variables added to those of the tests; null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The dotnet that runs these tests, so that PATH is not needed to find it.</summary>
    public static string Dotnet { get; } = System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? System.Environment.ProcessPath!;

    public Process Start()
    {
        var start = new ProcessStartInfo(File, Arguments)
        {
            WorkingDirectory = WorkingDirectory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["PATH"] = Path.GetDirectoryName(Dotnet);
        start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Dotnet);
        start.Environment.Remove("LLAMANATIVE_LIBRARY_DIR");
        foreach ((string name, string? value) in Environment)
        {
            if (value is null)
            {
                start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        Process process = Process.Start(start)!;
        if (Input.Length > 0)
        {
            process.StandardInput.Write(Input);
        }

        process.StandardInput.Close();
        return process;
    }

    public async Task<CommandResult> RunSucceedingAsync() => (await RunAsync()).Succeeded();

    public async Task<CommandResult> RunAsync()
    {
        using Process process = Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{this} does not end.");
        }

        return new CommandResult(ToString(), process.ExitCode, await output, await error);
    }

    public override string ToString() => $"{File} {string.Join(' ', Arguments)}";
}
