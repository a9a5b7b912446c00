using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace DesktopChat.Endpoints;

/// <summary>Reads and writes JSON bodies with source-generated serializers.</summary>
internal static class Json
{
    /// <exception cref="ApiException">The body is not valid JSON for this type.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, "invalid", "The request's content must be application/json.");
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false)
                ?? throw ApiException.Invalid("The request's JSON is null.");
        }
        catch (InvalidOperationException error)
        {
            // An escaped lone surrogate is well-formed JSON but not valid text.
            throw ApiException.Invalid($"The request's JSON is not valid: {error.Message}");
        }
    }

    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }
}
