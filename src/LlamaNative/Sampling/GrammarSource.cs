using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LlamaNative.Grammars;

namespace LlamaNative.Sampling;

/// <summary>
/// Creates grammars with LlamaNative.Grammars, whose exceptions do not derive from <see cref="LlamaException"/>, and converts
/// these to <see cref="GrammarException"/>.
/// </summary>
internal static class GrammarSource
{
    public static GbnfGrammar Parse(string gbnf, string root = "root") => Make(() => GbnfGrammar.Parse(gbnf, root));

    public static GbnfGrammar FromSchema(string schema, Action<JsonSchemaWidening>? onWidened = null) =>
        Make(() => JsonSchemaGrammar.FromSchema(schema, new JsonSchemaOptions { OnWidened = onWidened }));

    /// <summary>The strings of a schema as plain text that a closing tag ends.</summary>
    public static GbnfGrammar TextFromSchema(string schema, string closingTag, Action<JsonSchemaWidening> onWidened) => Make(() =>
    {
        using var document = JsonDocument.Parse(schema);
        return JsonSchemaGrammar.TextFromSchema(document.RootElement, closingTag, new JsonSchemaOptions { OnWidened = onWidened });
    });

    public static GbnfGrammar FromType(JsonTypeInfo type) => Make(() => JsonSchemaGrammar.FromType(type));

    private static GbnfGrammar Make(Func<GbnfGrammar> make)
    {
        try
        {
            return make();
        }
        catch (Exception error) when (error is GbnfException or JsonSchemaException)
        {
            throw new GrammarException(error.Message, error);
        }
    }
}
