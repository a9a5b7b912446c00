using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars;

/// <summary>
/// A grammar in GBNF, llama.cpp's notation (grammars/README.md there), known to be safe to hand to its sampler.
/// </summary>
/// <remarks>
/// llama.cpp parses grammar text with recursion and assertions, and a failed assertion ends the host's process.
/// So the text is parsed and analysed here first; only what llama.cpp accepts, and can expand in bounded time and
/// memory, becomes a <see cref="GbnfGrammar"/>. Its <see cref="Text"/> is what llama.cpp is given. llama.cpp's own rules
/// hold: a repetition maximum above 2000 means no maximum, and the last definition of a rule counts.
/// </remarks>
public sealed class GbnfGrammar
{
    private GbnfGrammar(string text, string root, GbnfRules rules)
    {
        Text = text;
        Root = root;
        Rules = rules;
    }

    /// <summary>The grammar's text, free of NUL characters and lone surrogates, so it survives as a UTF-8 C string.</summary>
    public string Text { get; }

    /// <summary>The name of the rule the whole output must match.</summary>
    public string Root { get; }

    /// <summary>
    /// Whether the grammar names a token by its text (<c>&lt;think&gt;</c>): llama.cpp then needs a vocabulary in which
    /// that text is exactly one token, and gives no grammar otherwise.
    /// </summary>
    public bool UsesTokenText => Rules.UsesTokenText;

    internal GbnfRules Rules { get; }

    /// <summary>Whether a whole text is a sentence of the grammar. Elements that name a token match no text.</summary>
    /// <exception cref="GbnfException">The grammar is so ambiguous that following the text takes too much work.</exception>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        GbnfMatcher matcher = new(Rules);
        return matcher.Accept(text) && matcher.IsComplete;
    }

    /// <summary>Parses and checks a grammar.</summary>
    /// <param name="text">GBNF text, at most 1,048,576 characters.</param>
    /// <param name="root">The rule the whole output must match.</param>
    /// <exception cref="GbnfException">
    /// The text is not GBNF, a rule or the root is missing, a rule is left-recursive, or a bound is exceeded: groups
    /// nested deeper than 256, more than 1,000,000 elements once repetitions are written out, a repetition that llama.cpp
    /// refuses or never finishes, or a rule that can begin in more ways than it can walk.
    /// </exception>
    public static GbnfGrammar Parse(string text, string root = "root")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(root);

        GbnfRules rules = new GbnfParser(text).Parse(root);
        GbnfChecker.Check(rules);
        return new GbnfGrammar(text, root, rules);
    }

    /// <summary>The grammar's text.</summary>
    public override string ToString() => Text;
}
