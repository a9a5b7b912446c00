using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DesktopChat.Endpoints;

/// <summary>Serves the page's files from embedded resources, with one route each, so that no path can reach other files.</summary>
internal static class PageEndpoints
{
    private const string Folder = "wwwroot/";

    public static void Map(IEndpointRouteBuilder routes)
    {
        Assembly assembly = typeof(PageEndpoints).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            byte[] content = Read(assembly, name);
            string path = name[Folder.Length..];
            routes.MapGet(path == "index.html" ? "/" : "/" + path, context =>
            {
                context.Response.ContentType = ContentType(path);
                context.Response.ContentLength = content.Length;
                return context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
            });
        }
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(name)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string ContentType(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}
