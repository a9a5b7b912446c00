namespace LlamaNative.Templates;

/// <summary>
/// Left-associative operators of the same precedence, such as <c>a + b - c</c>, as one flat node, so that a long chain is not a
/// deep tree.
/// </summary>
internal sealed class ArithmeticExpression(Expression first, List<(string Operator, Expression Operand, int Position)> rest)
    : Expression(first.Position)
{
    private const int BigIntegerSteps = 32;

    protected override TemplateValue Compute(RenderState state)
    {
        TemplateValue value = first.Evaluate(state);
        foreach ((string operation, Expression operand, int position) in rest)
        {
            TemplateValue right = operand.Evaluate(state);
            state.Position = position;
            value = operation switch
            {
                "+" => Arithmetic.Add(state.Budget, value, right),
                "-" => Arithmetic.Subtract(value, right),
                "*" => Arithmetic.Multiply(state.Budget, value, right),
                "/" => Arithmetic.Divide(value, right),
                "//" => Arithmetic.FloorDivide(value, right),
                "%" => Arithmetic.Modulo(state.Budget, value, right),
                _ => Arithmetic.Power(value, right),
            };
            state.Budget.Step(value.Kind == ValueKind.BigInteger ? BigIntegerSteps : 1);
        }

        return value;
    }
}

/// <summary><c>a ~ b ~ c</c>: concatenation of any values as text.</summary>
internal sealed class ConcatenationExpression(int position, List<Expression> parts) : Expression(position)
{
    protected override TemplateValue Compute(RenderState state)
    {
        TracedText[] texts = new TracedText[parts.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = PythonRepr.Str(state.Budget, parts[i].Evaluate(state));
        }

        state.Position = Position;
        return TextJoining.Join(state.Budget, texts);
    }
}

/// <summary><c>a and b</c> or <c>a or b</c>: returns the deciding operand, not a boolean.</summary>
internal sealed class LogicalExpression(int position, bool isOr, List<Expression> operands) : Expression(position)
{
    protected override TemplateValue Compute(RenderState state)
    {
        TemplateValue value = default;
        foreach (Expression operand in operands)
        {
            value = operand.Evaluate(state);
            if (value.IsTrue == isOr)
            {
                return value;
            }
        }

        return value;
    }
}

internal sealed class NotExpression(int position, Expression operand) : Expression(position)
{
    protected override TemplateValue Compute(RenderState state) => !operand.Evaluate(state).IsTrue;
}

internal sealed class SignExpression(int position, bool negate, Expression operand) : Expression(position)
{
    protected override TemplateValue Compute(RenderState state)
    {
        TemplateValue value = operand.Evaluate(state);
        state.Position = Position;
        return negate ? Arithmetic.Negate(value) : Arithmetic.Plus(value);
    }
}

/// <summary>
/// A chain such as <c>a &lt; b &lt;= c</c>: each operand is evaluated once, and the first false comparison ends it.
/// </summary>
internal sealed class ComparisonExpression(Expression first, List<(string Operator, Expression Operand, int Position)> rest)
    : Expression(first.Position)
{
    protected override TemplateValue Compute(RenderState state)
    {
        TemplateValue left = first.Evaluate(state);
        foreach ((string operation, Expression operand, int position) in rest)
        {
            TemplateValue right = operand.Evaluate(state);
            state.Position = position;
            bool holds = operation switch
            {
                "==" => Comparison.AreEqual(state.Budget, left, right),
                "!=" => !Comparison.AreEqual(state.Budget, left, right),
                "in" => Comparison.Contains(state.Budget, right, left),
                "not in" => !Comparison.Contains(state.Budget, right, left),
                _ => Comparison.OrderHolds(state.Budget, left, right, operation),
            };
            if (!holds)
            {
                return false;
            }

            left = right;
        }

        return true;
    }
}

/// <summary><c>a if test else b</c>; without else, the value is undefined if the test fails.</summary>
internal sealed class ConditionalExpression(int position, Expression test, Expression then, Expression? otherwise) : Expression(position)
{
    protected override TemplateValue Compute(RenderState state) =>
        test.Evaluate(state).IsTrue ? then.Evaluate(state)
        : otherwise is not null ? otherwise.Evaluate(state)
        : TemplateValue.UndefinedBecause("the inline if-expression evaluated to false and no else section was defined.");
}
