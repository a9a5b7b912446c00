namespace LlamaNative.Grammars;

/// <summary>Options for converting a JSON Schema to a grammar.</summary>
public sealed record JsonSchemaOptions
{
    /// <summary>The fixed order of an object's properties. The default is required properties first, as in llama.cpp.</summary>
    public JsonPropertyOrder PropertyOrder { get; init; }

    internal void Validate()
    {
        if (!Enum.IsDefined(PropertyOrder))
        {
            throw new ArgumentOutOfRangeException(
                nameof(PropertyOrder),
                PropertyOrder,
                $"PropertyOrder must be one of {string.Join(", ", Enum.GetNames<JsonPropertyOrder>())}.");
        }
    }
}

/// <summary>The order of properties in generated objects.</summary>
public enum JsonPropertyOrder
{
    /// <summary>Required properties, then optional ones, each in declaration order; additional properties last.</summary>
    RequiredFirst,

    /// <summary>All declared properties in declaration order; additional properties last.</summary>
    Declared,
}
