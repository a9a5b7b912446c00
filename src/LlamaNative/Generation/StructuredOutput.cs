using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LlamaNative.Sampling.Grammars;

namespace LlamaNative;

/// <summary>Answers as C# values: the text is held to the JSON Schema of a type and then read as one.</summary>
public static class StructuredOutput
{
    /// <summary>Generates a value of <typeparamref name="T"/>.</summary>
    /// <param name="generator">The generator.</param>
    /// <param name="prompt">The prompt; it should say what is wanted, as the grammar gives the form only.</param>
    /// <param name="type">The type's serialization contract, e.g. <c>MyJson.Default.Person</c>; source-generated, it needs no reflection.</param>
    /// <param name="options">How to generate; its grammar is replaced. Null for the defaults.</param>
    /// <param name="cancellationToken">Stops the generation.</param>
    /// <exception cref="JsonSchemaException">The type has no schema that a grammar can follow.</exception>
    /// <exception cref="LlamaException">The generation ended before the value did.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<T> GenerateAsync<T>(
        this TextGenerator generator, string prompt, JsonTypeInfo<T> type, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(type);
        options ??= new GenerationOptions();
        GbnfGrammar grammar = JsonSchemaGrammar.FromType(type);
        GenerationOptions held = options with { Sampling = options.Sampling with { Grammar = grammar.Text, GrammarRoot = grammar.Root } };
        GenerationResult result = await generator.GenerateAsync(prompt, held, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(result.Text, type)
                ?? throw new LlamaException($"The answer is null, and a {typeof(T).Name} was asked for.");
        }
        catch (JsonException error)
        {
            throw new LlamaException($"The generation ended ({result.StopReason}) before the value did: {result.Text}", error);
        }
    }
}
