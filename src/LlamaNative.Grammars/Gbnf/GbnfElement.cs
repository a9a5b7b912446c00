namespace LlamaNative.Grammars.Gbnf;

/// <summary>Element kinds. Mirrors llama.cpp's llama_gretype, including the order.</summary>
internal enum GbnfElementKind : byte
{
    /// <summary>The end of a rule.</summary>
    End,

    /// <summary>The start of the next alternative.</summary>
    Alternate,

    /// <summary>A rule reference; the value is the rule's index.</summary>
    RuleReference,

    /// <summary>A code point, or the first one of a character class.</summary>
    Char,

    /// <summary>The first code point of a negated character class.</summary>
    CharNot,

    /// <summary>The inclusive end of the range that starts with the previous element.</summary>
    CharRangeUpper,

    /// <summary>Another code point of the class.</summary>
    CharAlternate,

    /// <summary>Any code point.</summary>
    CharAny,

    /// <summary>A token; the value is its id, or 0 if the grammar gives its text.</summary>
    Token,

    /// <summary>Any token except this one.</summary>
    TokenNot,
}

/// <summary>One element of a rule. Mirrors llama.cpp's llama_grammar_element.</summary>
internal readonly record struct GbnfElement(GbnfElementKind Kind, uint Value)
{
    public bool EndsSequence => Kind is GbnfElementKind.End or GbnfElementKind.Alternate;

    public bool IsReference => Kind is GbnfElementKind.RuleReference;
}
