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

/// <summary>A piece of the source; <c>Text</c> holds the name, the operator, the unescaped string or the data.</summary>
internal readonly record struct Token(TokenKind Kind, int Position, string Text, TemplateValue Number = default)
{
    public bool IsOperator(string text) => Kind == TokenKind.Operator && Text == text;

    public bool IsName(string text) => Kind == TokenKind.Name && Text == text;

    /// <summary>How an error message calls the token.</summary>
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
