using System.Net;
using DesktopChat.Access;
using DesktopChat.Answers;
using DesktopChat.Conversations;
using DesktopChat.Endpoints;
using DesktopChat.Events;
using DesktopChat.Models;
using DesktopChat.Settings;
using LlamaNative;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace DesktopChat;

/// <summary>
/// The service behind the window, put together. The process holds all state: conversations, settings, the loaded model
/// and the answers under way. Pages only show it and ask for changes; every change is told to all of them
/// (<see cref="EventHub"/>), so that two windows never disagree.
/// </summary>
internal static class DesktopApplication
{
    /// <summary>Longer requests are refused before they are read.</summary>
    private const long MaxRequestBytes = 1 << 20;

    /// <param name="options">How the program is started.</param>
    /// <param name="loadModel">Loads models; null is <see cref="LlamaModel.LoadAsync"/>.</param>
    public static WebApplication Create(DesktopOptions options, LoadModel? loadModel = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = MaxRequestBytes;
            server.Listen(IPAddress.Loopback, options.Port);
        });

        // Standard output belongs to the address.
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        // An answer that is stopped is an error to llama.cpp, and its real errors come as exceptions with what it logged.
        builder.Logging.AddFilter("llama.cpp", LogLevel.Critical);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        builder.Services
            .AddSingleton(options)
            .AddSingleton(loadModel ?? LlamaModel.LoadAsync)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<AccessToken>()
            .AddSingleton<EventHub>()
            .AddSingleton<ConversationStore>()
            .AddSingleton<SettingsStore>()
            .AddSingleton<ModelCatalog>()
            .AddSingleton<ModelHost>()
            .AddSingleton<AnswerService>()
            .AddSingleton<Snapshots>()
            .AddHostedService<Startup>();

        WebApplication application = builder.Build();
        application.UseMiddleware<ErrorResponses>();
        application.UseMiddleware<RequestGuard>();
        application.UseRouting();
        PageEndpoints.Map(application);
        EventEndpoints.Map(application);
        ConversationEndpoints.Map(application);
        ModelEndpoints.Map(application);
        SettingsEndpoints.Map(application);
        application.MapFallback("{**path}", context =>
            throw new ApiException(StatusCodes.Status404NotFound, "not-found", $"There is nothing at '{context.Request.Path}'."));
        return application;
    }

    /// <summary>Where a started application listens, e.g. <c>http://127.0.0.1:40123</c>.</summary>
    public static string AddressOf(WebApplication application) =>
        application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
}
