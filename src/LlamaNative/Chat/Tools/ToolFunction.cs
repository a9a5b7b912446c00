using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace LlamaNative;

/// <summary>A tool with the code that runs when the model calls it.</summary>
public sealed class ToolFunction
{
    private readonly Func<JsonObject, CancellationToken, Task<string>> _invoke;

    /// <summary>A tool described by a JSON Schema.</summary>
    /// <param name="definition">What the model is told.</param>
    /// <param name="invoke">Runs it with the arguments of a call; what it returns is what the model reads.</param>
    public ToolFunction(ToolDefinition definition, Func<JsonObject, CancellationToken, Task<string>> invoke)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(invoke);
        Definition = definition;
        _invoke = invoke;
    }

    /// <summary>What the model is told.</summary>
    public ToolDefinition Definition { get; }

    /// <summary>
    /// A tool whose arguments are a C# type; its schema comes from the type's serialization contract, so it needs no
    /// reflection when that is source-generated.
    /// </summary>
    /// <param name="name">The tool's name.</param>
    /// <param name="description">What it does and when to call it, in words for the model.</param>
    /// <param name="arguments">The contract of the arguments, e.g. <c>MyJson.Default.WeatherArguments</c>.</param>
    /// <param name="invoke">Runs it.</param>
    public static ToolFunction Create<TArguments>(
        string name, string description, JsonTypeInfo<TArguments> arguments, Func<TArguments, CancellationToken, Task<string>> invoke)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(invoke);

        // The arguments of a call are always an object, so the type's own null is left out of its schema.
        JsonNode schema = arguments.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
        if (schema is not JsonObject parameters)
        {
            throw new ArgumentException($"The arguments of tool '{name}' must be an object with properties, not {typeof(TArguments).Name}.",
                nameof(arguments));
        }

        parameters["type"] = "object";
        return new ToolFunction(
            new ToolDefinition(name, description, parameters),
            (json, token) => invoke(json.Deserialize(arguments) ?? throw new JsonException("The arguments are null."), token));
    }

    internal Task<string> InvokeAsync(JsonObject arguments, CancellationToken cancellationToken) => _invoke(arguments, cancellationToken);
}
