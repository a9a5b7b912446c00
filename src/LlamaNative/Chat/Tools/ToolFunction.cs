using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace LlamaNative;

/// <summary>A tool and its implementation.</summary>
public sealed class ToolFunction
{
    private readonly Func<JsonObject, CancellationToken, Task<string>> _invoke;

    /// <summary>Creates a tool from a JSON Schema.</summary>
    /// <param name="definition">The description for the model.</param>
    /// <param name="invoke">Executes a call with the given arguments and returns the result for the model.</param>
    public ToolFunction(ToolDefinition definition, Func<JsonObject, CancellationToken, Task<string>> invoke)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(invoke);
        Definition = definition;
        _invoke = invoke;
    }

    /// <summary>The description for the model.</summary>
    public ToolDefinition Definition { get; }

    /// <summary>
    /// Creates a tool whose arguments are a C# type. The schema comes from the type's serialization contract, which needs no
    /// reflection when source-generated.
    /// </summary>
    /// <param name="name">The tool's name.</param>
    /// <param name="description">What the tool does and when to call it; read by the model.</param>
    /// <param name="arguments">The serialization contract of the arguments, e.g.
    /// <c>MyJson.Default.WeatherArguments</c>.</param>
    /// <param name="invoke">Executes a call and returns the result for the model.</param>
    public static ToolFunction Create<TArguments>(
        string name, string description, JsonTypeInfo<TArguments> arguments, Func<TArguments, CancellationToken, Task<string>> invoke)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(invoke);

        // Call arguments are always an object, so null is removed from the schema's types.
        JsonNode schema = arguments.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
        if (schema is not JsonObject parameters)
        {
            throw new ArgumentException(
                $"The arguments of tool '{name}' must be an object with properties, not {typeof(TArguments).Name}.",
                nameof(arguments));
        }

        parameters["type"] = "object";
        return new ToolFunction(
            new ToolDefinition(name, description, parameters),
            (json, token) => invoke(json.Deserialize(arguments) ?? throw new JsonException("The arguments are null."), token));
    }

    internal Task<string> InvokeAsync(JsonObject arguments, CancellationToken cancellationToken) => _invoke(arguments, cancellationToken);
}
