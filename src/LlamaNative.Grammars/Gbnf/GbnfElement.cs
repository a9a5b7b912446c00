namespace LlamaNative.Grammars.Gbnf;

/// <summary>The kinds of llama.cpp's llama_gretype, in its order.</summary>
internal enum GbnfElementKind : byte
{
    /// <summary>The end of a rule.</summary>
    End,

    /// <summary>The start of the next alternative.</summary>
    Alternate,

    /// <summary>A rule; the value is its index.</summary>
    RuleReference,

    /// <summary>A code point, or the first of a character class.</summary>
    Char,

    /// <summary>The first code point of a negated character class.</summary>
    CharNot,

    /// <summary>The inclusive end of the range that the element before begins.</summary>
    CharRangeUpper,

    /// <summary>A further code point of the class.</summary>
    CharAlternate,

    /// <summary>Any code point.</summary>
    CharAny,

    /// <summary>A token; the value is its id, or 0 where the grammar names it by its text.</summary>
    Token,

    /// <summary>Any token but this.</summary>
    TokenNot,
}

/// <summary>One element of a rule, as llama.cpp's llama_grammar_element.</summary>
internal readonly record struct GbnfElement(GbnfElementKind Kind, uint Value)
{
    public bool EndsSequence => Kind is GbnfElementKind.End or GbnfElementKind.Alternate;

    public bool IsReference => Kind is GbnfElementKind.RuleReference;
}
