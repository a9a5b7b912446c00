using System.Runtime.CompilerServices;

namespace LlamaNative.Templates;

/// <summary>
/// Builds the syntax tree with Jinja2's grammar and precedence, and records which block assigns which name, so that rendering
/// finds variables by slot.
/// </summary>
internal sealed partial class Parser
{
    private readonly TokenStream _tokens;
    private readonly TemplateLimits _limits;
    private readonly List<(NameExpression Name, ScopeLayout Scope)> _references = [];
    private readonly Stack<MacroFrame> _macros = new();
    private ScopeLayout _scope;
    private int _nesting;
    private int _loops;

    private Parser(SourceText source, TemplateLimits limits)
    {
        _tokens = new TokenStream(source, Lexer.Tokenize(source));
        _limits = limits;
        _scope = new ScopeLayout(null);
    }

    /// <summary>
    /// Parses the whole template. Root is the layout of the outermost scope: variables, functions and assigned names.
    /// </summary>
    public static (Statement Body, ScopeLayout Root) Parse(SourceText source, TemplateLimits limits)
    {
        if (source.Text.Length > limits.MaxSourceLength)
        {
            throw source.Error(
                $"the template has {source.Text.Length} characters; the maximum is {limits.MaxSourceLength} "
                + "(TemplateLimits.MaxSourceLength)", 0);
        }

        Parser parser = new(source, limits);
        ScopeLayout root = parser._scope;
        Statement body = parser.ParseBody([]);
        root.Settle();
        foreach ((NameExpression name, ScopeLayout scope) in parser._references)
        {
            name.Resolve(scope);
        }

        return (body, root);
    }

    /// <summary>Parses text and tags up to one of the end tags, whose name is then the current token.</summary>
    private BlockStatement ParseBody(string[] endTags)
    {
        List<Statement> statements = [];
        while (true)
        {
            Token token = _tokens.Current;
            switch (token.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new TextStatement(_tokens.Take().Text));
                    break;
                case TokenKind.ExpressionBegin:
                    _tokens.Take();
                    statements.Add(new OutputStatement(ParseTuple()));
                    _tokens.Expect(TokenKind.ExpressionEnd);
                    break;
                case TokenKind.BlockBegin:
                    _tokens.Take();
                    Token tag = _tokens.Current;
                    if (tag.Kind == TokenKind.Name && endTags.Contains(tag.Text))
                    {
                        return new BlockStatement(statements);
                    }

                    statements.Add(ParseStatement(endTags));
                    _tokens.Expect(TokenKind.BlockEnd);
                    break;
                case TokenKind.End when endTags.Length == 0:
                    return new BlockStatement(statements);
                default:
                    throw _tokens.Error($"unexpected {token.Description}; looking for {string.Join(" or ", endTags)}");
            }
        }
    }

    /// <summary>Parses the body of a block statement, from the end of its start tag through its end tag.</summary>
    private BlockStatement ParseBlock(string endTag)
    {
        BlockStatement body = ParseBranch(endTag);
        _tokens.Take();
        return body;
    }

    private BlockStatement ParseBranch(params string[] endTags)
    {
        _tokens.SkipOperator(":");
        _tokens.Expect(TokenKind.BlockEnd);
        Enter();
        BlockStatement body = ParseBody(endTags);
        Leave();
        return body;
    }

    /// <summary>Runs a parse function with a new scope.</summary>
    private T InScope<T>(ScopeLayout scope, Func<T> parse)
    {
        ScopeLayout outer = _scope;
        _scope = scope;
        T parsed = parse();
        _scope = outer;
        return parsed;
    }

    private NameExpression Reference(int position, string name)
    {
        NameExpression reference = new(position, name);
        _references.Add((reference, _scope));
        _scope.Read(name);
        if (name is "caller" or "varargs" or "kwargs")
        {
            foreach (MacroFrame frame in _macros)
            {
                frame.Uses.Add(name);
            }
        }

        return reference;
    }

    /// <summary>Enters one nesting level of the source, which is one recursion level of the parser.</summary>
    private void Enter()
    {
        if (++_nesting > _limits.MaxSyntaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TooDeep(_tokens.Current.Position);
        }
    }

    private void Leave() => _nesting--;

    /// <summary>Sets the depth of a new node from its children.</summary>
    private T Over<T>(T node, params IEnumerable<Expression?> children)
        where T : Expression
    {
        int depth = 0;
        foreach (Expression? child in children)
        {
            depth = Math.Max(depth, child?.Depth ?? 0);
        }

        node.Depth = depth + 1;
        return node.Depth > _limits.MaxSyntaxDepth ? throw TooDeep(node.Position) : node;
    }

    private TemplateException TooDeep(int position) =>
        _tokens.Error($"the template is nested more than {_limits.MaxSyntaxDepth} levels deep (TemplateLimits.MaxSyntaxDepth)", position);

    /// <summary>A macro being parsed, and which of caller, varargs and kwargs its body uses.</summary>
    private sealed record MacroFrame(HashSet<string> Uses);
}
