using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars;

/// <summary>
/// A grammar in GBNF, llama.cpp's grammar notation (grammars/README.md in its repository), verified to be safe for llama.cpp's
/// sampler.
/// </summary>
/// <remarks>
/// llama.cpp parses grammars with recursion and assertions, and a failed assertion ends the process. The text is therefore
/// parsed and analyzed in managed code first: a <see cref="GbnfGrammar"/> is accepted by llama.cpp and can be expanded in
/// bounded time and memory. <see cref="Text"/> is the text for llama.cpp. llama.cpp's rules apply: a repetition maximum above
/// 2000 means no maximum, and the last definition of a rule counts.
/// </remarks>
public sealed class GbnfGrammar
{
    private GbnfGrammar(string text, string root, GbnfRules rules)
    {
        Text = text;
        Root = root;
        Rules = rules;
    }

    /// <summary>
    /// The grammar's text, without NUL characters and lone surrogates, so it can be passed as a UTF-8 C string.
    /// </summary>
    public string Text { get; }

    /// <summary>The name of the start rule.</summary>
    public string Root { get; }

    /// <summary>
    /// Whether the grammar refers to a token by its text (<c>&lt;think&gt;</c>). llama.cpp then needs a vocabulary in which
    /// that text is exactly one token, and rejects the grammar otherwise.
    /// </summary>
    public bool UsesTokenText => Rules.UsesTokenText;

    internal GbnfRules Rules { get; }

    /// <summary>Whether a whole text is a sentence of the grammar. Token elements match no text.</summary>
    /// <exception cref="GbnfException">The grammar is too ambiguous: matching the text needs too many stacks.</exception>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        GbnfMatcher matcher = new(Rules);
        return matcher.Accept(text) && matcher.IsComplete;
    }

    /// <summary>Parses and checks a grammar.</summary>
    /// <param name="text">GBNF text, at most 1,048,576 characters.</param>
    /// <param name="root">The name of the start rule.</param>
    /// <exception cref="GbnfException">
    /// The text is not GBNF, a rule or the root is undefined, a rule is left-recursive, or a limit is exceeded: groups nested
    /// deeper than 256, more than 1,000,000 elements after expanding repetitions, a repetition that llama.cpp rejects or cannot
    /// finish, or a rule that can begin in too many ways.
    /// </exception>
    public static GbnfGrammar Parse(string text, string root = "root")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(root);

        GbnfRules rules = new GbnfParser(text).Parse(root);
        GbnfChecker.Check(rules);
        return new GbnfGrammar(text, root, rules);
    }

    /// <summary>Returns <see cref="Text"/>.</summary>
    public override string ToString() => Text;
}
