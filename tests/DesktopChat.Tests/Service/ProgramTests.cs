using System.Diagnostics;
using System.Net;

namespace DesktopChat.Tests.Service;

/// <summary>The program as a separate process.</summary>
public sealed class ProgramTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private readonly string _data = Directory.CreateTempSubdirectory("desktopchat-tests-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [RequiresFact(Need.Signals)]
    public async Task It_prints_its_address_and_ends_cleanly_when_told_to()
    {
        using TinyModel model = TestModels.Quick();
        using Process process = Start("--no-browser", "--data", _data, "--model", model.Path);
        string line = await process.StandardOutput.ReadLineAsync().WaitAsync(s_limit) ?? "";
        string address = line.Split(' ').Single(word => word.StartsWith("http://127.0.0.1:", StringComparison.Ordinal));
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(address + "api/settings")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(new Uri(new Uri(address), "/"))).StatusCode);

        using Process second = Start("--no-browser", "--data", _data);
        Assert.Equal((ExitCode.Failure, true),
            (await EndAsync(second), (await second.StandardError.ReadToEndAsync()).Contains("already running", StringComparison.Ordinal)));

        Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]).Dispose();
        Assert.Equal(ExitCode.Success, await EndAsync(process));
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--modle", "x")]
    [InlineData(ExitCode.Failure, "--no-browser", "--data", "{data}/file/folder")]
    public async Task A_mistake_is_told_without_a_stack_trace(int exitCode, params string[] arguments)
    {
        await File.WriteAllTextAsync(Path.Combine(_data, "file"), "no folder can be in here");
        using Process process = Start([.. arguments.Select(argument => argument.Replace("{data}", _data, StringComparison.Ordinal))]);
        Assert.Equal(exitCode, await EndAsync(process));
        string error = await process.StandardError.ReadToEndAsync();
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "DesktopChat.dll"),
            .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task<int> EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail("The program does not end.");
        }

        return process.ExitCode;
    }
}
