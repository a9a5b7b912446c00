namespace LlamaNative.Templates;

internal sealed partial class Parser
{
    /// <summary>Parses an expression, or an unparenthesized tuple if a comma follows.</summary>
    private Expression ParseTuple(bool withCondition = true, bool inParentheses = false, string? endName = null)
    {
        int start = _tokens.Current.Position;
        List<Expression> items = [];
        bool isTuple = false;
        while (!IsTupleEnd(endName))
        {
            items.Add(withCondition ? ParseExpression() : ParseOr());
            if (!_tokens.SkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return !isTuple && items.Count == 1 ? items[0]
            : isTuple || inParentheses ? Over(new SequenceExpression(start, SequenceKind.Tuple, items), items)
            : throw _tokens.Error($"Expected an expression, got '{_tokens.Current.Description}'");
    }

    private bool IsTupleEnd(string? endName) =>
        _tokens.Current.Kind is TokenKind.ExpressionEnd or TokenKind.BlockEnd
        || _tokens.Current.IsOperator(")")
        || (endName is not null && _tokens.Current.IsName(endName));

    private Expression ParseExpression()
    {
        Enter();
        int start = _tokens.Current.Position;
        Expression expression = ParseOr();
        while (_tokens.SkipName("if"))
        {
            Expression test = ParseOr();
            Expression? otherwise = _tokens.SkipName("else") ? ParseExpression() : null;
            expression = Over(new ConditionalExpression(start, test, expression, otherwise), test, expression, otherwise);
        }

        Leave();
        return expression;
    }

    private Expression ParseOr() => ParseLogical("or", ParseAnd);

    private Expression ParseAnd() => ParseLogical("and", ParseNot);

    private Expression ParseLogical(string word, Func<Expression> parseOperand)
    {
        Expression first = parseOperand();
        if (!_tokens.Current.IsName(word))
        {
            return first;
        }

        List<Expression> operands = [first];
        while (_tokens.SkipName(word))
        {
            operands.Add(parseOperand());
        }

        return Over(new LogicalExpression(first.Position, word == "or", operands), operands);
    }

    private Expression ParseNot()
    {
        Token token = _tokens.Current;
        if (!_tokens.SkipName("not"))
        {
            return ParseComparison();
        }

        Enter();
        Expression operand = ParseNot();
        Leave();
        return Over(new NotExpression(token.Position, operand), operand);
    }

    private Expression ParseComparison()
    {
        Expression first = ParseSum();
        List<(string, Expression, int)> rest = [];
        List<Expression> children = [first];
        while (true)
        {
            Token token = _tokens.Current;
            string operation;
            if (token.Kind == TokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                operation = _tokens.Take().Text;
            }
            else if (_tokens.SkipName("in"))
            {
                operation = "in";
            }
            else if (token.IsName("not") && _tokens.Next.IsName("in"))
            {
                _tokens.Take();
                _tokens.Take();
                operation = "not in";
            }
            else
            {
                break;
            }

            Expression operand = ParseSum();
            rest.Add((operation, operand, token.Position));
            children.Add(operand);
        }

        return rest.Count == 0 ? first : Over(new ComparisonExpression(first, rest), children);
    }

    private Expression ParseSum() => ParseArithmetic(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation()
    {
        Expression first = ParseProduct();
        if (!_tokens.Current.IsOperator("~"))
        {
            return first;
        }

        List<Expression> parts = [first];
        while (_tokens.SkipOperator("~"))
        {
            parts.Add(ParseProduct());
        }

        return Over(new ConcatenationExpression(first.Position, parts), parts);
    }

    private Expression ParseProduct() => ParseArithmetic(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseArithmetic(() => ParseUnary(withFilter: true), "**");

    private Expression ParseArithmetic(Func<Expression> parseOperand, params ReadOnlySpan<string> operators)
    {
        Expression first = parseOperand();
        if (_tokens.Current.Kind != TokenKind.Operator || !operators.Contains(_tokens.Current.Text))
        {
            return first;
        }

        List<(string, Expression, int)> rest = [];
        List<Expression> children = [first];
        while (_tokens.Current.Kind == TokenKind.Operator && operators.Contains(_tokens.Current.Text))
        {
            Token operation = _tokens.Take();
            Expression operand = parseOperand();
            rest.Add((operation.Text, operand, operation.Position));
            children.Add(operand);
        }

        return Over(new ArithmeticExpression(first, rest), children);
    }

    private Expression ParseUnary(bool withFilter)
    {
        Token token = _tokens.Current;
        Expression expression;
        if (_tokens.SkipOperator("-") || _tokens.SkipOperator("+"))
        {
            Enter();
            Expression operand = ParseUnary(withFilter: false);
            Leave();
            expression = Over(new SignExpression(token.Position, token.Text == "-", operand), operand);
        }
        else
        {
            expression = ParsePrimary();
        }

        expression = ParsePostfix(expression);
        return withFilter ? ParseFiltersAndTests(expression) : expression;
    }

    private Expression ParsePrimary()
    {
        Token token = _tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                _tokens.Take();
                return token.Text switch
                {
                    "true" or "True" => new ConstantExpression(token.Position, true),
                    "false" or "False" => new ConstantExpression(token.Position, false),
                    "none" or "None" => new ConstantExpression(token.Position, TemplateValue.None),
                    _ => Reference(token.Position, token.Text),
                };
            case TokenKind.String:
                // Adjacent string literals are concatenated.
                List<string> parts = [];
                while (_tokens.Current.Kind == TokenKind.String)
                {
                    parts.Add(_tokens.Take().Text);
                }

                return new ConstantExpression(token.Position, string.Concat(parts));
            case TokenKind.Number:
                return new ConstantExpression(_tokens.Take().Position, token.Number);
            case TokenKind.Operator when token.Text is "(" or "[" or "{":
                _tokens.Take();
                Enter();
                Expression collection = token.Text switch
                {
                    "(" => ParseTuple(inParentheses: true),
                    "[" => ParseList(token.Position),
                    _ => ParseDictionary(token.Position),
                };
                Leave();
                if (token.Text == "(")
                {
                    _tokens.ExpectOperator(")");
                }

                return collection;
            default:
                throw _tokens.Error($"unexpected '{token.Description}'");
        }
    }

    private SequenceExpression ParseList(int position)
    {
        List<Expression> items = [];
        while (!_tokens.SkipOperator("]"))
        {
            if (items.Count > 0)
            {
                _tokens.ExpectOperator(",");
                if (_tokens.SkipOperator("]"))
                {
                    break;
                }
            }

            items.Add(ParseExpression());
        }

        return Over(new SequenceExpression(position, SequenceKind.List, items), items);
    }

    private DictionaryExpression ParseDictionary(int position)
    {
        List<(Expression, Expression)> entries = [];
        List<Expression> children = [];
        while (!_tokens.SkipOperator("}"))
        {
            if (entries.Count > 0)
            {
                _tokens.ExpectOperator(",");
                if (_tokens.SkipOperator("}"))
                {
                    break;
                }
            }

            Expression key = ParseExpression();
            _tokens.ExpectOperator(":");
            Expression value = ParseExpression();
            entries.Add((key, value));
            children.Add(key);
            children.Add(value);
        }

        return Over(new DictionaryExpression(position, entries), children);
    }
}
