using System.Text.Json;
using LlamaNative;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DesktopChat.Endpoints;

/// <summary>Converts exceptions to responses: a status and a JSON body that the page can show.</summary>
internal sealed partial class ErrorResponses(RequestDelegate next, ILogger<ErrorResponses> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            (int status, string code, string message) = Describe(error);
            if (status == StatusCodes.Status500InternalServerError)
            {
                LogUnexpected(error, context.Request.Method, context.Request.Path);
            }

            context.Response.StatusCode = status;
            await Json.WriteAsync(context, new ErrorBody(new ErrorDetail(code, message)),
                DesktopJson.Default.ErrorBody).ConfigureAwait(false);
        }
    }

    private static (int Status, string Code, string Message) Describe(Exception error) => error switch
    {
        ApiException api => (api.Status, api.Code, api.Message),
        BadHttpRequestException bad => (bad.StatusCode, "invalid", bad.Message),
        JsonException json => (StatusCodes.Status400BadRequest, "invalid", $"The request's JSON is not valid: {json.Message}"),
        LlamaException or ArgumentException => (StatusCodes.Status400BadRequest, "invalid", ErrorText.Of(error)),
        IOException or UnauthorizedAccessException =>
            (StatusCodes.Status500InternalServerError, "storage", $"Writing to disk failed: {error.Message}"),
        _ => (StatusCodes.Status500InternalServerError, "unexpected",
            "An unexpected error occurred; see the program's console for details."),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogUnexpected(Exception error, string method, string path);
}
