namespace LlamaNative.Grammars;

/// <summary>
/// A JSON Schema is rejected: it is invalid, no value satisfies it, or it restricts values in an unsupported way. Restrictions
/// are never silently ignored.
/// </summary>
public sealed class JsonSchemaException : Exception
{
    internal JsonSchemaException(string pointer, string problem, Exception? innerException = null)
        : base($"JSON Schema rejected at '{(pointer.Length == 0 ? "#" : "#" + pointer)}': {problem}", innerException) =>
            JsonPointer = pointer;

    /// <summary>The location in the schema, as a JSON pointer (RFC 6901); empty for the root.</summary>
    public string JsonPointer { get; }
}
