namespace LlamaNative.Grammars.Gbnf;

/// <summary>
/// The rules of a parsed grammar, numbered as llama.cpp numbers them: in the order their names, or the groups and
/// repetitions that became rules, are first met. Each rule is a flat run of elements that ends with End.
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

    /// <summary>Names for messages; a synthesized rule carries the name of the rule it was written in.</summary>
    public string[] Names { get; }

    public int Root { get; }

    public bool UsesTokenText { get; }

    public int Count => Rules.Length;

    public GbnfElement At(GbnfPosition position) => Rules[position.Rule][position.Index];
}

/// <summary>A place in a rule.</summary>
internal readonly record struct GbnfPosition(int Rule, int Index)
{
    public GbnfPosition Next => new(Rule, Index + 1);
}
