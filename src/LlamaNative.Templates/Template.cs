using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlamaNative.Templates;

/// <summary>
/// A Jinja template, rendered as Hugging Face's transformers renders chat templates: Jinja2 3.1 with trim_blocks,
/// lstrip_blocks, loop controls, <c>tojson</c>, <c>raise_exception</c> and <c>strftime_now</c>. Parse once and render often;
/// rendering is thread-safe.
/// </summary>
/// <remarks>
/// Output matches Jinja2 where Jinja2 and llama.cpp's engine differ. Two constructs that Jinja2 rejects are accepted here, as
/// in llama.cpp: a template may modify its lists and dictionaries (<c>append</c>, <c>pop</c>, <c>update</c>), and the results
/// of <c>map</c> and <c>select</c> have a length and can be converted to JSON. Template inheritance (block, extends, include,
/// import) and the filters urlize, xmlattr, wordwrap, pprint, random, filesizeformat and striptags are not supported.
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
    /// <exception cref="TemplateException">The source is not a valid template, or exceeds the limits.</exception>
    public static Template Parse(string source, TemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= TemplateLimits.Default;
        limits.Validate();
        return new Template(new SourceText(source), limits);
    }

    /// <summary>Renders the template; the members of a JSON object are its variables.</summary>
    /// <param name="variables">A JSON object, such as <c>{"messages": [...]}</c>; the order of its keys is preserved.</param>
    /// <param name="options">Clock and trusted variables; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels a long rendering.</param>
    /// <exception cref="ArgumentException">The variables are not a JSON object.</exception>
    /// <exception cref="TemplateException">The template fails, exceeds its limits or rejects the variables.</exception>
    public RenderedText Render(JsonElement variables, RenderOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (variables.ValueKind != JsonValueKind.Object)
        {
            throw new ArgumentException($"Template variables must be a JSON object, not {variables.ValueKind}.", nameof(variables));
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

        // Serializing and parsing gives every node its canonical JSON form, whatever it was created from.
        string json;
        try
        {
            json = variables.ToJsonString();
        }
        catch (InvalidOperationException error)
        {
            // The escape of a lone surrogate.
            throw _source.Error("a string in the variables is not valid Unicode: " + error.Message, 0);
        }

        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = int.MaxValue });
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
