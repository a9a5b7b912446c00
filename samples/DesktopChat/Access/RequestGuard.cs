using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DesktopChat.Access;

/// <summary>
/// Accepts only requests from the program's own page. Every program on the machine can reach the port and, through the user's
/// browser, every web page. Therefore the Host header must be a loopback name that DNS cannot remap (against DNS rebinding),
/// the origin must be the page itself (against other sites), and the path must start with the token (against everything else).
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, AccessToken token)
{
    // Only the program's own files; no HTML from strings (trusted types); no framing.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        AddHeaders(context.Response.Headers);
        HttpRequest request = context.Request;
        if (!IsOwnHost(context) || !IsOwnOrigin(request))
        {
            throw new ApiException(StatusCodes.Status403Forbidden, "foreign-origin", "This address is only for the program's own window.");
        }

        if (HttpMethods.IsGet(request.Method) && token.Redeem(request.Path.Value))
        {
            context.Response.Redirect(token.Path + "/");
            return Task.CompletedTask;
        }

        if (!token.Accepts(request.Path.Value, out string rest))
        {
            throw new ApiException(StatusCodes.Status403Forbidden, "no-token",
                "The access token is missing from this address. Use the address that the program printed when it started.");
        }

        if (rest.Length == 0)
        {
            context.Response.Redirect(token.Path + "/");
            return Task.CompletedTask;
        }

        request.PathBase = token.Path;
        request.Path = rest;
        return next(context);
    }

    private static bool IsOwnHost(HttpContext context) =>
        context.Request.Host is { Host: "127.0.0.1" or "localhost" } host && (host.Port ?? 80) == context.Connection.LocalPort;

    private static bool IsOwnOrigin(HttpRequest request)
    {
        StringValues origin = request.Headers.Origin;
        StringValues site = request.Headers["Sec-Fetch-Site"];
        return (origin.Count == 0 || origin == $"http://{request.Host.Value}")
            && (site.Count == 0 || site == "same-origin" || site == "none");
    }

    private static void AddHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
