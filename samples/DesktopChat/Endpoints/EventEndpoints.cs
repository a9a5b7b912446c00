using System.Text.Json;
using DesktopChat.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DesktopChat.Endpoints;

/// <summary>
/// The stream of server-sent events for a page: a snapshot, then every change, and the memory in use every two seconds.
/// </summary>
internal static class EventEndpoints
{
    private static readonly TimeSpan s_usageInterval = TimeSpan.FromSeconds(2);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var hub = routes.ServiceProvider.GetRequiredService<EventHub>();
        var snapshots = routes.ServiceProvider.GetRequiredService<Snapshots>();
        CancellationToken stopping = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        routes.MapGet("/api/events", async context =>
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            try
            {
                await StreamAsync(context, hub, snapshots, ended.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The stream ends normally; the page reports that the program was closed.
            }
        });
    }

    private static async Task StreamAsync(HttpContext context, EventHub hub, Snapshots snapshots, CancellationToken ended)
    {
        context.Response.ContentType = "text/event-stream";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        // Subscribe before taking the snapshot: a change in between is sent twice instead of being lost.
        using EventHub.Subscription subscription = hub.Subscribe();
        await WriteAsync(context,
            new ServerEvent(EventNames.Snapshot, JsonSerializer.Serialize(snapshots.Take(), DesktopJson.Default.Snapshot)), ended);
        Task<bool> more = subscription.Events.WaitToReadAsync(ended).AsTask();
        using var timer = new PeriodicTimer(s_usageInterval);
        Task<bool> tick = timer.WaitForNextTickAsync(ended).AsTask();
        while (true)
        {
            await context.Response.Body.FlushAsync(ended);
            if (await Task.WhenAny(more, tick) == tick)
            {
                await tick;
                await WriteAsync(context,
                    new ServerEvent(EventNames.Usage, JsonSerializer.Serialize(snapshots.ReadUsage(), DesktopJson.Default.Usage)), ended);
                tick = timer.WaitForNextTickAsync(ended).AsTask();
                continue;
            }

            if (!await more)
            {
                return;
            }

            while (subscription.Events.TryRead(out ServerEvent happened))
            {
                await WriteAsync(context, happened, ended);
            }

            more = subscription.Events.WaitToReadAsync(ended).AsTask();
        }
    }

    // The JSON is on one line, so the event needs only one data field.
    private static Task WriteAsync(HttpContext context, ServerEvent happened, CancellationToken ended) =>
        context.Response.WriteAsync($"event: {happened.Name}\ndata: {happened.Json}\n\n", ended);
}
