using DesktopChat;
using DesktopChat.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// A chat program with a window, without a desktop toolkit: this process serves a page on the loopback interface, and the
// system's browser shows it as an application. DesktopApplication builds the server.

if (CommandLine.AsksForHelp(args))
{
    Console.WriteLine(CommandLine.Help);
    return ExitCode.Success;
}

DesktopOptions options;
try
{
    options = CommandLine.Parse(args);
}
catch (ArgumentException mistake)
{
    Console.Error.WriteLine($"error: {mistake.Message} --help lists the options.");
    return ExitCode.Usage;
}

try
{
    using var data = DataFolder.Open(options.DataFolder);
    await using WebApplication application = DesktopApplication.Create(options);
    await application.StartAsync();

    string address = DesktopApplication.AddressOf(application);
    Console.WriteLine($"DesktopChat is at {address}{application.Services.GetRequiredService<AccessToken>().Path}/  (Ctrl+C ends it)");
    if (options.OpenWindow)
    {
        var window = new BrowserWindow(options.DataFolder, application.Services.GetRequiredService<ILogger<BrowserWindow>>());
        window.Closed += application.Lifetime.StopApplication;
        window.Open(address + application.Services.GetRequiredService<AccessToken>().IssueTicket());
    }

    await application.WaitForShutdownAsync();
    return ExitCode.Success;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine("error: " + error.Message);
    return ExitCode.Failure;
}
