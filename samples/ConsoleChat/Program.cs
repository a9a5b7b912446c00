using ConsoleChat;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

if (CommandLine.AsksForHelp(args))
{
    Console.WriteLine(CommandLine.Help);
    return ExitCode.Success;
}

if (CommandLine.FindMistake(args) is { } mistake)
{
    Console.Error.WriteLine($"error: {mistake} --help lists the options.");
    return ExitCode.Usage;
}

// The content root is the program's folder, not the current one, whose appsettings.json would not be ours.
HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
{
    ContentRootPath = AppContext.BaseDirectory,
});
builder.Configuration.AddCommandLine(args, CommandLine.Switches);

// Standard output is reserved for answers.
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

builder.Services.AddOptions<ChatOptions>().Bind(builder.Configuration.GetSection(ChatOptions.Section))
    .Validate(options => options.MaxTokens is not < 1, "--max-tokens must be at least 1.");
builder.Services.AddSingleton<ChatTerminal>();
builder.Services.AddSingleton<Interrupts>();
builder.Services.AddSingleton<IHostLifetime>(services => services.GetRequiredService<Interrupts>());
builder.Services.AddHostedService<ChatService>();

using IHost host = builder.Build();
try
{
    // Bound here, so that a value that is not a number is reported as an error of the command line.
    _ = host.Services.GetRequiredService<IOptions<ChatOptions>>().Value;
}
catch (Exception error) when (error is OptionsValidationException or InvalidOperationException)
{
    Console.Error.WriteLine("error: " + ErrorText.Of(error));
    return ExitCode.Usage;
}

await host.RunAsync();
return Environment.ExitCode;
