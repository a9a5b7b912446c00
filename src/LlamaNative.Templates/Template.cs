using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlamaNative.Templates;

/// <summary>
/// A template in Jinja as Hugging Face's transformers runs chat templates: Jinja2 3.1 with trim_blocks, lstrip_blocks, loop
/// controls, <c>tojson</c>, <c>raise_exception</c> and <c>strftime_now</c>. Parse once, render often; several threads may
/// render one template at the same time.
/// </summary>
/// <remarks>
/// Where Jinja2 and llama.cpp's engine print different text, Jinja2 is followed. Two constructs that Jinja2 rejects are
/// accepted here, as in llama.cpp: a template may change its lists and dictionaries (<c>append</c>, <c>pop</c>,
/// <c>update</c>), and the results of <c>map</c> and <c>select</c> have a length and a JSON form. Template inheritance
/// (block, extends, include, import) and the filters urlize, xmlattr, wordwrap, pprint, random, filesizeformat and
/// striptags are not supported.
/// </remarks>
public sealed class Template
{
    private readonly SourceText _source;
    private readonly TemplateLimits _limits;
    private readonly Statement _body;
    private readonly ScopeLayout _root;

    private Template(SourceText source, TemplateLimits limits)
    {
        _source = source;
        _limits = limits;
        (_body, _root) = Parser.Parse(source, limits);
    }

    /// <summary>Parses a template.</summary>
    /// <exception cref="TemplateException">The source is not a valid template, or larger or deeper than the limits allow.</exception>
    public static Template Parse(string source, TemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= TemplateLimits.Default;
        limits.Validate();
        return new Template(new SourceText(source), limits);
    }

    /// <summary>Renders the template with the members of a JSON object as its variables.</summary>
    /// <param name="variables">A JSON object, such as <c>{"messages": [...]}</c>; the order of its keys is kept.</param>
    /// <param name="options">Clock and trusted variables; null for the defaults.</param>
    /// <param name="cancellationToken">Ends a long rendering.</param>
    /// <exception cref="TemplateException">The template fails, exceeds its limits or refuses the variables.</exception>
    public RenderedText Render(JsonElement variables, RenderOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (variables.ValueKind != JsonValueKind.Object)
        {
            throw new ArgumentException($"The variables of a template are a JSON object, not {variables.ValueKind}.", nameof(variables));
        }

        options ??= RenderOptions.Default;
        RenderState? state = null;
        try
        {
            RenderBudget budget = new(_limits, cancellationToken);
            TemplateDictionary values = JsonValues.FromObject(variables, options.TrustedVariables);
            state = new RenderState(budget, options.Clock, RootScope(values));
            _body.Execute(state);
            return new RenderedText(state.Output.ToText());
        }
        catch (TemplateError error)
        {
            throw _source.Error(error.Message, state?.Position ?? 0, error.RaisedByTemplate);
        }
    }

    /// <inheritdoc cref="Render(JsonElement, RenderOptions?, CancellationToken)"/>
    public RenderedText Render(JsonObject variables, RenderOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(variables);

        // Reading the written text gives every node its one JSON form, whatever it was made of.
        using JsonDocument document = JsonDocument.Parse(variables.ToJsonString(), new JsonDocumentOptions { MaxDepth = int.MaxValue });
        return Render(document.RootElement, options, cancellationToken);
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
