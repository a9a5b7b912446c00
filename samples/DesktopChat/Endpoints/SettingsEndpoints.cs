using DesktopChat.Models;
using DesktopChat.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DesktopChat.Endpoints;

/// <summary>The settings; those of loading have the model loaded again.</summary>
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
                return wanted with { LastModel = current.LastModel }; // the host's to say
            });
            if (!loadsLike)
            {
                models.Reload();
            }

            await Json.WriteAsync(context, kept, DesktopJson.Default.ChatSettings);
        });
    }
}
