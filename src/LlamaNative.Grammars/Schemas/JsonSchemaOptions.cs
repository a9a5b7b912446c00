namespace LlamaNative.Grammars;

/// <summary>Options for converting a JSON Schema to a grammar.</summary>
public sealed record JsonSchemaOptions
{
    /// <summary>The fixed order of an object's properties. The default is required properties first, as in llama.cpp.</summary>
    public JsonPropertyOrder PropertyOrder { get; init; }

    /// <summary>
    /// Called for each keyword that a grammar cannot express, which is then ignored, so that the grammar also has values that the schema
    /// forbids. Null, the default, rejects such a schema.
    /// </summary>
    public Action<JsonSchemaWidening>? OnWidened { get; init; }

    internal void Validate()
    {
        if (!Enum.IsDefined(PropertyOrder))
        {
            throw new ArgumentOutOfRangeException(
                nameof(PropertyOrder),
                PropertyOrder,
                $"PropertyOrder is {PropertyOrder}; it must be one of {string.Join(", ", Enum.GetNames<JsonPropertyOrder>())}.");
        }
    }
}

/// <summary>A keyword that the grammar of a schema ignores; see <see cref="JsonSchemaOptions.OnWidened"/>.</summary>
/// <param name="JsonPointer">The location of the keyword in the schema (RFC 6901), e.g. <c>/properties/tags/uniqueItems</c>.</param>
/// <param name="Reason">Why a grammar cannot express it.</param>
public sealed record JsonSchemaWidening(string JsonPointer, string Reason)
{
    /// <summary>A line with both.</summary>
    public override string ToString() => $"'#{JsonPointer}' is ignored: {Reason}";
}

/// <summary>The order of properties in generated objects.</summary>
public enum JsonPropertyOrder
{
    /// <summary>Required properties, then optional ones, each in declaration order; additional properties last.</summary>
    RequiredFirst,

    /// <summary>All declared properties in declaration order; additional properties last.</summary>
    Declared,
}
