namespace LlamaNative.Grammars;

/// <summary>
/// A JSON Schema was refused: it is not a schema, no value satisfies it, or it restricts values in a way that no grammar
/// here expresses. A restriction is never silently dropped.
/// </summary>
public sealed class JsonSchemaException : Exception
{
    internal JsonSchemaException(string pointer, string problem, Exception? innerException = null)
        : base($"JSON schema refused at '{(pointer.Length == 0 ? "#" : "#" + pointer)}': {problem}", innerException) =>
            JsonPointer = pointer;

    /// <summary>Where in the schema, as a JSON pointer (RFC 6901); empty for the whole.</summary>
    public string JsonPointer { get; }
}
