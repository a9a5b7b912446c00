namespace LlamaNative.Grammars.Gbnf;

/// <summary>
/// The rules of a parsed grammar, numbered like llama.cpp's: in the order in which names, groups and repetitions first occur.
/// Each rule is a flat sequence of elements that ends with End.
/// </summary>
internal sealed class GbnfRules
{
    public GbnfRules(GbnfElement[][] rules, string[] names, int root, bool usesTokenText)
    {
        Rules = rules;
        Names = names;
        Root = root;
        UsesTokenText = usesTokenText;
    }

    public GbnfElement[][] Rules { get; }

    /// <summary>Names for error messages; a synthesized rule has the name of its enclosing rule.</summary>
    public string[] Names { get; }

    public int Root { get; }

    public bool UsesTokenText { get; }

    public int Count => Rules.Length;

    public GbnfElement At(GbnfPosition position) => Rules[position.Rule][position.Index];
}

/// <summary>A position in a rule.</summary>
internal readonly record struct GbnfPosition(int Rule, int Index)
{
    public GbnfPosition Next => new(Rule, Index + 1);
}
