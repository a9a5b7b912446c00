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
/// Builds the web application that serves the window. The process holds all state: conversations, settings, the loaded model
/// and the answers in progress. Pages only show it and request changes; every change is sent to all of them
/// (<see cref="EventHub"/>), so that windows stay consistent.
/// </summary>
internal static class DesktopApplication
{
    /// <summary>The maximum request size in bytes; longer requests are rejected before they are read.</summary>
    private const long MaxRequestBytes = 1 << 20;

    /// <param name="options">The startup options.</param>
    /// <param name="loadModel">Loads models; null uses <see cref="LlamaModel.LoadAsync"/>.</param>
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

        // Standard output is reserved for the address.
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        // llama.cpp logs a stopped answer as an error, and real errors become exceptions that contain its log.
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

    /// <summary>The address of a started application, e.g. <c>http://127.0.0.1:40123</c>.</summary>
    public static string AddressOf(WebApplication application) =>
        application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
}
