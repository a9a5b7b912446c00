using System.Runtime.CompilerServices;

namespace LlamaNative.Templates;

/// <summary>
/// Builds the syntax tree, with Jinja2's grammar and precedences. While it reads it notes which block assigns which
/// name, so that a variable is found by its slot when rendering.
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

    /// <summary>The whole template and the names its outermost scope needs: variables, functions and its own.</summary>
    public static (Statement Body, ScopeLayout Root) Parse(SourceText source, TemplateLimits limits)
    {
        if (source.Text.Length > limits.MaxSourceLength)
        {
            throw source.Error($"the template has {source.Text.Length} characters, more than {limits.MaxSourceLength}", 0);
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

    /// <summary>Text and tags up to one of the end tags, whose name is then the current token.</summary>
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

    /// <summary>The body of a block statement: from the end of its opening tag to its end tag, which is taken.</summary>
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

    /// <summary>Parses something inside a scope of its own.</summary>
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

    /// <summary>Counts one level of nesting in the source, which is one of recursion in the parser.</summary>
    private void Enter()
    {
        if (++_nesting > _limits.MaxSyntaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TooDeep(_tokens.Current.Position);
        }
    }

    private void Leave() => _nesting--;

    /// <summary>Notes the height of a new node over its children.</summary>
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
        _tokens.Error($"the template is nested more than {_limits.MaxSyntaxDepth} deep", position);

    /// <summary>A macro being read, and which of caller, varargs and kwargs its body uses.</summary>
    private sealed record MacroFrame(HashSet<string> Uses);
}
