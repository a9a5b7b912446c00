using System.Text.Json;
using System.Text.Json.Nodes;
using LlamaNative.Templates;

namespace LlamaNative.Chat.Templates;

/// <summary>
/// A model's chat template: a <see cref="Template"/> that throws this library's exceptions. Parse once and render often;
/// rendering is thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    private readonly Template _template;

    private ChatTemplate(Template template) => _template = template;

    /// <summary>Parses a template.</summary>
    /// <exception cref="ChatTemplateException">The source is not a valid template, or exceeds the limits.</exception>
    public static ChatTemplate Parse(string source, TemplateLimits? limits = null) => new(Run(() => Template.Parse(source, limits)));

    /// <summary>
    /// Renders the template. The members of a JSON object are its variables: <c>messages</c>, <c>tools</c>, <c>bos_token</c>,
    /// <c>add_generation_prompt</c> and others that the template uses.
    /// </summary>
    /// <param name="variables">A JSON object; the order of its keys is preserved.</param>
    /// <param name="clock">The clock for <c>strftime_now</c>, in local time; null for the system clock.</param>
    /// <param name="cancellationToken">Cancels a long rendering.</param>
    /// <exception cref="ChatTemplateException">The template fails, exceeds its limits or rejects the conversation.</exception>
    public string Render(JsonElement variables, TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        Run(() => _template.Render(variables, Options(clock), cancellationToken)).Text;

    /// <inheritdoc cref="Render(JsonElement, TimeProvider?, CancellationToken)"/>
    public string Render(JsonObject variables, TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        Run(() => _template.Render(variables, Options(clock), cancellationToken)).Text;

    private static RenderOptions? Options(TimeProvider? clock) => clock is null ? null : new RenderOptions { Clock = clock };

    /// <summary>Converts the template engine's exceptions to this library's.</summary>
    private static T Run<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (TemplateException error)
        {
            throw new ChatTemplateException(error);
        }
    }
}
