using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LlamaNative.Grammars;
using LlamaNative.Sampling;

namespace LlamaNative;

public sealed partial class TextGenerator
{
    /// <summary>
    /// Generates a value of <typeparamref name="T"/>: the output is constrained to the type's JSON Schema and then
    /// deserialized.
    /// </summary>
    /// <param name="prompt">The prompt. It should describe the wanted content, because the grammar enforces only the
    /// format.</param>
    /// <param name="type">The type's serialization contract, e.g. <c>MyJson.Default.Person</c>. Source-generated contracts need
    /// no reflection.</param>
    /// <param name="options">Generation options, whose grammar is replaced; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the generation.</param>
    /// <exception cref="GrammarException">The type's schema is not supported by the grammar engine.</exception>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    /// <exception cref="LlamaException">The generation ended before the value was complete, or the value is null.</exception>
    /// <exception cref="OperationCanceledException">The generation was cancelled.</exception>
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
                ?? throw new LlamaException($"The model answered null instead of a {typeof(T).Name}.");
        }
        catch (JsonException error)
        {
            throw new LlamaException($"The generation ended ({result.StopReason}) before the value was complete: {result.Text}", error);
        }
    }
}
