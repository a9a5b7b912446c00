namespace LlamaNative.Grammars;

/// <summary>How a JSON Schema becomes a grammar.</summary>
public sealed record JsonSchemaOptions
{
    /// <summary>
    /// In which order an object's properties are written; a grammar fixes one. Required first, as llama.cpp does, unless set.
    /// </summary>
    public JsonPropertyOrder PropertyOrder { get; init; }

    internal void Validate()
    {
        if (!Enum.IsDefined(PropertyOrder))
        {
            throw new ArgumentOutOfRangeException(
                nameof(PropertyOrder), PropertyOrder, $"PropertyOrder is one of {string.Join(", ", Enum.GetNames<JsonPropertyOrder>())}.");
        }
    }
}

/// <summary>The order in which a generated object's properties follow one another.</summary>
public enum JsonPropertyOrder
{
    /// <summary>Required properties, then optional ones, each in the order declared; additional properties last.</summary>
    RequiredFirst,

    /// <summary>All declared properties in the order declared; additional properties last.</summary>
    Declared,
}
