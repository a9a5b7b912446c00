using System.Text.Json;
using System.Text.Json.Nodes;
using LlamaNative.Templates;

namespace LlamaNative.Chat.Templates;

/// <summary>
/// A model's chat template: a <see cref="Template"/> whose errors are those of this library. Parse once, render often;
/// several threads may render one template at the same time.
/// </summary>
public sealed class ChatTemplate
{
    private readonly Template _template;

    private ChatTemplate(Template template) => _template = template;

    /// <summary>Parses a template.</summary>
    /// <exception cref="ChatTemplateException">The source is not a valid template, or larger or deeper than the limits allow.</exception>
    public static ChatTemplate Parse(string source, TemplateLimits? limits = null) => new(Run(() => Template.Parse(source, limits)));

    /// <summary>
    /// Renders the template with the members of a JSON object as its variables: <c>messages</c>, <c>tools</c>,
    /// <c>bos_token</c>, <c>add_generation_prompt</c> and whatever else the template asks for.
    /// </summary>
    /// <param name="variables">A JSON object; the order of its keys is kept.</param>
    /// <param name="clock">What <c>strftime_now</c> reads, as local time; the system's clock if left out.</param>
    /// <param name="cancellationToken">Ends a long rendering.</param>
    /// <exception cref="ChatTemplateException">The template fails, exceeds its limits or refuses the conversation.</exception>
    public string Render(JsonElement variables, TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        Run(() => _template.Render(variables, Options(clock), cancellationToken)).Text;

    /// <inheritdoc cref="Render(JsonElement, TimeProvider?, CancellationToken)"/>
    public string Render(JsonObject variables, TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        Run(() => _template.Render(variables, Options(clock), cancellationToken)).Text;

    private static RenderOptions? Options(TimeProvider? clock) => clock is null ? null : new RenderOptions { Clock = clock };

    /// <summary>The one place in which the template engine's errors become this library's.</summary>
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
