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

    public static GbnfGrammar FromSchema(string schema) => Make(() => JsonSchemaGrammar.FromSchema(schema));

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
