using DesktopChat.Answers;
using DesktopChat.Conversations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DesktopChat.Endpoints;

/// <summary>Endpoints for conversations and answers. Pages receive the effects of a request as events.</summary>
internal static class ConversationEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var store = routes.ServiceProvider.GetRequiredService<ConversationStore>();
        var answers = routes.ServiceProvider.GetRequiredService<AnswerService>();
        RouteGroupBuilder all = routes.MapGroup("/api/conversations");

        all.MapPost("/", context =>
        {
            context.Response.StatusCode = StatusCodes.Status201Created;
            return Json.WriteAsync(context, store.Create(), DesktopJson.Default.Conversation);
        });
        all.MapGet("/{id}", context => Json.WriteAsync(context, store.Get(Id(context)), DesktopJson.Default.Conversation));
        all.MapPatch("/{id}", async context =>
        {
            string title = Title((await Json.ReadAsync(context, DesktopJson.Default.TitleBody)).Title);
            store.Update(Id(context), conversation => conversation with { Title = title });
            Accept(context);
        });
        all.MapDelete("/{id}", async context =>
        {
            await answers.DeleteAsync(Id(context));
            Accept(context);
        });
        all.MapPost("/{id}/messages", async context =>
        {
            answers.Send(Id(context), await ReadTextAsync(context));
            Accept(context);
        });
        all.MapPut("/{id}/messages/{message}", async context =>
        {
            answers.Edit(Id(context), Value(context, "message"), await ReadTextAsync(context));
            Accept(context);
        });
        all.MapPost("/{id}/messages/{message}/regenerate", context =>
        {
            answers.Regenerate(Id(context), Value(context, "message"));
            Accept(context);
            return Task.CompletedTask;
        });
        all.MapPost("/{id}/stop", context =>
        {
            answers.Stop(Id(context));
            Accept(context);
            return Task.CompletedTask;
        });
    }

    private static void Accept(HttpContext context) => context.Response.StatusCode = StatusCodes.Status204NoContent;

    private static string Id(HttpContext context) => Value(context, "id");

    private static string Value(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    private static async Task<string> ReadTextAsync(HttpContext context)
    {
        string text = (await Json.ReadAsync(context, DesktopJson.Default.TextBody)).Text;
        return string.IsNullOrWhiteSpace(text) ? throw ApiException.Invalid("The message is empty.")
            : text.Length > Conversation.MaxMessageLength
                ? throw ApiException.Invalid(
                    $"The message has {text.Length} characters; the maximum is {Conversation.MaxMessageLength}.")
            : text;
    }

    private static string Title(string title)
    {
        string clean = string.Concat(title.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return clean.Length is > 0 and <= Conversation.MaxTitleLength
            ? clean
            : throw ApiException.Invalid($"A title must have between 1 and {Conversation.MaxTitleLength} characters.");
    }
}
