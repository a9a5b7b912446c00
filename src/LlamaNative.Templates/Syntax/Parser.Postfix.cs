namespace LlamaNative.Templates;

internal sealed partial class Parser
{
    /// <summary>Parses attributes, subscripts and calls after a value.</summary>
    private Expression ParsePostfix(Expression expression)
    {
        while (true)
        {
            Token token = _tokens.Current;
            if (_tokens.SkipOperator("."))
            {
                expression = ParseAttribute(expression, token.Position);
            }
            else if (_tokens.SkipOperator("["))
            {
                expression = ParseSubscript(expression, token.Position);
            }
            else if (token.IsOperator("("))
            {
                expression = ParseCall(expression);
            }
            else
            {
                return expression;
            }
        }
    }

    private Expression ParseFiltersAndTests(Expression expression)
    {
        while (true)
        {
            Token token = _tokens.Current;
            if (token.IsOperator("|"))
            {
                expression = ParseFilterChain(expression, startInline: false)!;
            }
            else if (_tokens.SkipName("is"))
            {
                expression = ParseTest(expression, token.Position);
            }
            else if (token.IsOperator("("))
            {
                expression = ParseCall(expression);
            }
            else
            {
                return expression;
            }
        }
    }

    private Expression ParseAttribute(Expression target, int position)
    {
        Token name = _tokens.Take();
        return name.Kind switch
        {
            TokenKind.Name => Over(new AttributeExpression(name.Position, target, name.Text), target),

            // "list.0" means "list[0]".
            TokenKind.Number when name.Number.IsIntegral =>
                Over(new ItemExpression(position, target, new ConstantExpression(name.Position, name.Number)), target),
            _ => throw _tokens.Error("expected name or number", name.Position),
        };
    }

    private Expression ParseSubscript(Expression target, int position)
    {
        List<Expression> keys = [];
        while (!_tokens.SkipOperator("]"))
        {
            if (keys.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            Expression? start = _tokens.Current.IsOperator(":") ? null : ParseExpression();
            if (!_tokens.SkipOperator(":"))
            {
                keys.Add(start!);
                continue;
            }

            Expression? stop = ParseSliceBound();
            Expression? step = _tokens.SkipOperator(":") ? ParseSliceBound() : null;
            if (keys.Count > 0 || !_tokens.SkipOperator("]"))
            {
                throw _tokens.Error("a slice must be the only element of a subscript", position);
            }

            return Over(new SliceExpression(position, target, start, stop, step), target, start, stop, step);
        }

        Expression key = keys.Count == 1 ? keys[0] : Over(new SequenceExpression(position, SequenceKind.Tuple, keys), keys);
        return Over(new ItemExpression(position, target, key), target, key);
    }

    private Expression? ParseSliceBound() =>
        _tokens.Current.IsOperator(":") || _tokens.Current.IsOperator("]") || _tokens.Current.IsOperator(",") ? null : ParseExpression();

    private CallExpression ParseCall(Expression callee)
    {
        int position = _tokens.Current.Position;
        ArgumentList arguments = ParseArguments();
        return Over(new CallExpression(callee is NameExpression ? callee.Position : position, callee, arguments),
            [callee, .. arguments.Expressions]);
    }

    private FilterExpression? ParseFilterChain(Expression? value, bool startInline)
    {
        FilterExpression? chain = null;
        while (startInline || _tokens.SkipOperator("|"))
        {
            startInline = false;
            int position = _tokens.Current.Position;
            string name = ParseDottedName();
            ArgumentList arguments = _tokens.Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty;
            chain = Over(new FilterExpression(position, chain ?? value, name, arguments), [chain ?? value, .. arguments.Expressions]);
        }

        return chain;
    }

    private Expression ParseTest(Expression value, int position)
    {
        bool negated = _tokens.SkipName("not");
        string name = ParseDottedName();
        ArgumentList arguments = ArgumentList.Empty;
        if (_tokens.Current.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (BeginsTestArgument())
        {
            if (_tokens.Current.IsName("is"))
            {
                throw _tokens.Error("You cannot chain multiple tests with is");
            }

            Enter();
            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
            Leave();
        }

        Expression test = Over(new TestExpression(position, value, name, arguments), [value, .. arguments.Expressions]);
        return negated ? Over(new NotExpression(position, test), test) : test;
    }

    /// <summary>Whether the token after a test's name starts an argument, as in <c>is divisibleby 3</c>.</summary>
    private bool BeginsTestArgument() => _tokens.Current.Kind switch
    {
        TokenKind.Name => _tokens.Current.Text is not ("else" or "or" or "and"),
        TokenKind.String or TokenKind.Number => true,
        TokenKind.Operator => _tokens.Current.Text is "[" or "{",
        _ => false,
    };

    private string ParseDottedName()
    {
        string name = _tokens.ExpectName().Text;
        while (_tokens.SkipOperator("."))
        {
            name += "." + _tokens.ExpectName().Text;
        }

        return name;
    }

    private ArgumentList ParseArguments()
    {
        Token open = _tokens.ExpectOperator("(");
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        Expression? spreadList = null;
        Expression? spreadDictionary = null;
        bool needsComma = false;
        while (!_tokens.Current.IsOperator(")"))
        {
            if (needsComma)
            {
                _tokens.ExpectOperator(",");
                if (_tokens.Current.IsOperator(")"))
                {
                    break;
                }
            }

            bool inOrder;
            if (_tokens.SkipOperator("*"))
            {
                inOrder = spreadList is null && spreadDictionary is null;
                spreadList = ParseExpression();
            }
            else if (_tokens.SkipOperator("**"))
            {
                inOrder = spreadDictionary is null;
                spreadDictionary = ParseExpression();
            }
            else if (_tokens.Current.Kind == TokenKind.Name && _tokens.Next.IsOperator("="))
            {
                inOrder = spreadDictionary is null;
                string name = _tokens.Take().Text;
                _tokens.Take();
                named.Add((name, ParseExpression()));
            }
            else
            {
                inOrder = named.Count == 0 && spreadList is null && spreadDictionary is null;
                positional.Add(ParseExpression());
            }

            if (!inOrder)
            {
                throw _tokens.Error("invalid syntax for function call expression", open.Position);
            }

            needsComma = true;
        }

        _tokens.Take();
        return new ArgumentList(positional, named, spreadList, spreadDictionary);
    }
}
