using System.Text.Json.Serialization.Metadata;
using LlamaNative.Grammars;

namespace LlamaNative.Sampling;

/// <summary>
/// Makes grammars with LlamaNative.Grammars, which does not know <see cref="LlamaException"/>: what it refuses becomes a
/// <see cref="GrammarException"/> here and nowhere else.
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
