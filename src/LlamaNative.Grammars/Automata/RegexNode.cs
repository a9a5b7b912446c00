namespace LlamaNative.Grammars.Automata;

/// <summary>The parts of a regular expression that describe a regular language.</summary>
internal abstract record RegexNode
{
    public static RegexNode Empty { get; } = new Sequence([]);

    /// <summary>One character of a set.</summary>
    public sealed record Characters(CodePointSet Set) : RegexNode;

    public sealed record Sequence(IReadOnlyList<RegexNode> Parts) : RegexNode;

    public sealed record Choice(IReadOnlyList<RegexNode> Alternatives) : RegexNode;

    /// <summary>At least Minimum times, at most Maximum where there is one.</summary>
    public sealed record Repeat(RegexNode Body, int Minimum, int? Maximum) : RegexNode;

    /// <summary>The ^ that only the start of the text satisfies.</summary>
    public sealed record Start : RegexNode;

    /// <summary>The $ that only the end of the text satisfies.</summary>
    public sealed record End : RegexNode;
}
