using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlamaNative.Chat.Templates;

/// <summary>
/// A model's chat template: Jinja as Hugging Face's transformers runs it (Jinja2 3.1 with trim_blocks,
/// lstrip_blocks, loop controls, <c>tojson</c>, <c>raise_exception</c> and <c>strftime_now</c>), written out without
/// an interpreter of Python. Parse once, render often; one template may be rendered by many threads at a time.
/// </summary>
/// <remarks>
/// Where Jinja2 and llama.cpp's engine print different text, Jinja2 is followed. Two of Jinja2's errors are none here,
/// as in llama.cpp: a template may change its lists and dictionaries (<c>append</c>, <c>pop</c>, <c>update</c>), and what
/// <c>map</c> or <c>select</c> give has a length and a JSON form. Template inheritance (block, extends, include, import)
/// and the filters urlize, xmlattr, wordwrap, pprint, random, filesizeformat and striptags are not supported.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly SourceText _source;
    private readonly TemplateLimits _limits;
    private readonly Statement _body;
    private readonly ScopeLayout _root;

    private ChatTemplate(SourceText source, TemplateLimits limits)
    {
        _source = source;
        _limits = limits;
        (_body, _root) = Parser.Parse(source, limits);
    }

    /// <summary>Parses a template.</summary>
    /// <exception cref="ChatTemplateException">The source is no valid template, or larger or deeper than the limits allow.</exception>
    public static ChatTemplate Parse(string source, TemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= TemplateLimits.Default;
        limits.Validate();
        return new ChatTemplate(new SourceText(source), limits);
    }

    /// <summary>
    /// Renders the template with the members of a JSON object as its variables: <c>messages</c>, <c>tools</c>,
    /// <c>bos_token</c>, <c>add_generation_prompt</c> and whatever else the template asks for.
    /// </summary>
    /// <param name="variables">A JSON object; the order of its keys is kept.</param>
    /// <param name="clock">What <c>strftime_now</c> reads, as local time; the system's clock if left out.</param>
    /// <param name="cancellationToken">Ends a long rendering.</param>
    /// <exception cref="ChatTemplateException">The template fails, exceeds its limits or refuses the conversation.</exception>
    public string Render(JsonElement variables, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        if (variables.ValueKind != JsonValueKind.Object)
        {
            throw new ArgumentException($"The variables of a template are a JSON object, not {variables.ValueKind}.", nameof(variables));
        }

        return Render(() => JsonValues.FromObject(variables), clock, cancellationToken);
    }

    /// <inheritdoc cref="Render(JsonElement, TimeProvider?, CancellationToken)"/>
    public string Render(JsonObject variables, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variables);

        // Reading the written text gives every node its one JSON form, whatever it was made of.
        using JsonDocument document = JsonDocument.Parse(variables.ToJsonString(), new JsonDocumentOptions { MaxDepth = int.MaxValue });
        return Render(document.RootElement, clock, cancellationToken);
    }

    internal string Render(TemplateDictionary variables, TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        Render(() => variables, clock, cancellationToken);

    private string Render(Func<TemplateDictionary> variables, TimeProvider? clock, CancellationToken cancellationToken)
    {
        RenderState? state = null;
        try
        {
            RenderBudget budget = new(_limits, cancellationToken);
            state = new RenderState(budget, clock ?? TimeProvider.System, RootScope(variables()));
            _body.Execute(state);
            return state.Output.ToString();
        }
        catch (TemplateError error)
        {
            throw _source.Error(error.Message, state?.Position ?? 0, error.RaisedByTemplate);
        }
    }

    private Scope RootScope(TemplateDictionary variables)
    {
        Scope root = new(_root.SlotCount, null);
        foreach ((string name, int slot) in _root.Slots)
        {
            root.Slots[slot] = _root.Hides(name) ? default : variables.TryGet(name, out TemplateValue value) ? value : Functions.Find(name);
        }

        return root;
    }
}
