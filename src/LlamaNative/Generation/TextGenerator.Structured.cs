using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LlamaNative.Grammars;
using LlamaNative.Sampling;

namespace LlamaNative;

public sealed partial class TextGenerator
{
    /// <summary>Generates a value of <typeparamref name="T"/>: the text is held to the type's JSON Schema and then read as one.</summary>
    /// <param name="prompt">The prompt; it should say what is wanted, since the grammar gives only the form.</param>
    /// <param name="type">The type's serialization contract, e.g. <c>MyJson.Default.Person</c>; source-generated, it needs no
    /// reflection.</param>
    /// <param name="options">How to generate; its grammar is replaced. Null for the defaults.</param>
    /// <param name="cancellationToken">Stops the generation.</param>
    /// <exception cref="GrammarException">The type has no schema that a grammar can follow.</exception>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    /// <exception cref="LlamaException">The generation ended before the value did.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<T> GenerateAsync<T>(
        string prompt, JsonTypeInfo<T> type, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        options ??= new GenerationOptions();
        GbnfGrammar grammar = GrammarSource.FromType(type);
        GenerationOptions held = options with { Sampling = options.Sampling with { Grammar = grammar.Text, GrammarRoot = grammar.Root } };
        GenerationResult result = await GenerateAsync(prompt, held, cancellationToken).ConfigureAwait(false);
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
