namespace LlamaNative.Grammars.Automata;

/// <summary>The constructs of a regular expression that describe a regular language.</summary>
internal abstract record RegexNode
{
    /// <summary>Any one character of a set.</summary>
    public sealed record Characters(CodePointSet Set) : RegexNode;

    public sealed record Sequence(IReadOnlyList<RegexNode> Parts) : RegexNode;

    public sealed record Choice(IReadOnlyList<RegexNode> Alternatives) : RegexNode;

    /// <summary>At least Minimum times, at most Maximum times unless it is null.</summary>
    public sealed record Repeat(RegexNode Body, int Minimum, int? Maximum) : RegexNode;

    /// <summary>The anchor ^, which matches at the start of the text.</summary>
    public sealed record Start : RegexNode;

    /// <summary>The anchor $, which matches at the end of the text.</summary>
    public sealed record End : RegexNode;
}
