using DesktopChat.Models;
using DesktopChat.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DesktopChat.Endpoints;

/// <summary>Endpoints for settings; a change to load settings reloads the model.</summary>
internal static class SettingsEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var store = routes.ServiceProvider.GetRequiredService<SettingsStore>();
        var models = routes.ServiceProvider.GetRequiredService<ModelHost>();
        routes.MapGet("/api/settings", context => Json.WriteAsync(context, store.Current, DesktopJson.Default.ChatSettings));
        routes.MapPut("/api/settings", async context =>
        {
            ChatSettings wanted = await Json.ReadAsync(context, DesktopJson.Default.ChatSettings);
            bool loadsLike = true;
            ChatSettings kept = store.Update(current =>
            {
                loadsLike = wanted.LoadsLike(current);
                return wanted with { LastModel = current.LastModel }; // set by the model host
            });
            if (!loadsLike)
            {
                models.Reload();
            }

            await Json.WriteAsync(context, kept, DesktopJson.Default.ChatSettings);
        });
    }
}
