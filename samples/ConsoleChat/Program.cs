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

// The content root is where the program lies and not where it is started: an appsettings.json there is none of ours.
HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
{
    ContentRootPath = AppContext.BaseDirectory,
});
builder.Configuration.AddCommandLine(args, CommandLine.Switches);

// Standard output belongs to the answers.
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
    // Read here, where a value that is no number can be told as the user's mistake that it is.
    _ = host.Services.GetRequiredService<IOptions<ChatOptions>>().Value;
}
catch (Exception error) when (error is OptionsValidationException or InvalidOperationException)
{
    Console.Error.WriteLine("error: " + error.Message);
    return ExitCode.Usage;
}

await host.RunAsync();
return Environment.ExitCode;
