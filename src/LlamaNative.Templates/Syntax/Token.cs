namespace LlamaNative.Templates;

internal enum TokenKind : byte
{
    /// <summary>Template text outside of tags.</summary>
    Data,
    ExpressionBegin,
    ExpressionEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Number,
    Operator,
    End,
}

/// <summary>A lexical token; <c>Text</c> is the name, operator, unescaped string or template data.</summary>
internal readonly record struct Token(TokenKind Kind, int Position, string Text, TemplateValue Number = default)
{
    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    public bool IsName(string text) => Kind == TokenKind.Name && Text == text;

    /// <summary>The token's description in error messages.</summary>
    public string Description => Kind switch
    {
        TokenKind.Data => "template text",
        TokenKind.ExpressionBegin => "begin of print statement",
        TokenKind.ExpressionEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.End => "end of template",
        TokenKind.String => "string",
        TokenKind.Number => "number",
        _ => Text,
    };
}
