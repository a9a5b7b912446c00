using DesktopChat.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DesktopChat.Endpoints;

/// <summary>Endpoints for the model picker.</summary>
internal static class ModelEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var catalog = routes.ServiceProvider.GetRequiredService<ModelCatalog>();
        var host = routes.ServiceProvider.GetRequiredService<ModelHost>();
        RouteGroupBuilder models = routes.MapGroup("/api/models");

        // On a pool thread, so that a slow disk delays only this request.
        models.MapGet("/", async context =>
            await Json.WriteAsync(context, await Task.Run(() => catalog.List(context.RequestAborted), context.RequestAborted),
                DesktopJson.Default.ModelListing));
        models.MapPost("/load", async context =>
        {
            string path = (await Json.ReadAsync(context, DesktopJson.Default.PathBody)).Path;
            if (!Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal) || !File.Exists(path))
            {
                throw ApiException.NotFound($"There is no model file '{path}'.");
            }

            host.Load(path);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        });
        models.MapPost("/cancel", context => Done(context, host.Cancel));
        models.MapPost("/unload", context => Done(context, host.Unload));
    }

    private static Task Done(HttpContext context, Action action)
    {
        action();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
