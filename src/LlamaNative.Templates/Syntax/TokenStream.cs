namespace LlamaNative.Templates;

/// <summary>The tokens and the current position.</summary>
internal sealed class TokenStream(SourceText source, List<Token> tokens)
{
    private int _index;

    public Token Current => tokens[_index];

    /// <summary>The token after the current one; at the end, the end token.</summary>
    public Token Next => tokens[Math.Min(_index + 1, tokens.Count - 1)];

    public Token Take()
    {
        Token token = tokens[_index];
        _index = Math.Min(_index + 1, tokens.Count - 1);
        return token;
    }

    public bool SkipOperator(string text) => Skip(Current.IsOperator(text));

    public bool SkipName(string text) => Skip(Current.IsName(text));

    public Token ExpectOperator(string text) => Current.IsOperator(text) ? Take() : throw Unexpected(text);

    public Token ExpectName() => Current.Kind == TokenKind.Name ? Take() : throw Unexpected("name");

    public void ExpectName(string text)
    {
        if (!SkipName(text))
        {
            throw Unexpected(text);
        }
    }

    public Token Expect(TokenKind kind) => Current.Kind == kind ? Take() : throw Unexpected(new Token(kind, 0, "").Description);

    public TemplateException Error(string reason, int? position = null) => source.Error(reason, position ?? Current.Position);

    private TemplateException Unexpected(string expected) =>
        Error(Current.Kind == TokenKind.End
            ? $"unexpected end of template, expected '{expected}'"
            : $"expected token '{expected}', got '{Current.Description}'");

    private bool Skip(bool matches)
    {
        if (matches)
        {
            Take();
        }

        return matches;
    }
}
