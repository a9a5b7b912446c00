using System.Numerics;

namespace LlamaNative.Templates;

/// <summary>Python's arithmetic: arbitrary-precision integers, bool as int, <c>+</c> and <c>*</c> for text and lists.</summary>
internal static class Arithmetic
{
    // Python refuses to print integers above 4300 digits; templates need no larger ones.
    private const long MaxIntegerBits = 1 << 14;

    public static TemplateValue Add(RenderBudget budget, in TemplateValue left, in TemplateValue right)
    {
        if (left.IsString && right.IsString)
        {
            return Concatenate(budget, left, right);
        }

        if (left.Kind == ValueKind.Integer && right.Kind == ValueKind.Integer)
        {
            long sum = unchecked(left.AsInteger + right.AsInteger);
            bool overflows = ((left.AsInteger ^ sum) & (right.AsInteger ^ sum)) < 0;
            return overflows ? left.AsBigInteger + right.AsBigInteger : sum;
        }

        if (left.IsNumber && right.IsNumber)
        {
            return IsFloat(left, right) ? Float(left) + Float(right) : Sized(left.AsBigInteger + right.AsBigInteger);
        }

        if (left.IsSequence && right.IsSequence && left.AsSequence.IsTuple == right.AsSequence.IsTuple
            && left.AsSequence.IsIndexable && right.AsSequence.IsIndexable)
        {
            List<TemplateValue> first = left.AsSequence.Items;
            List<TemplateValue> second = right.AsSequence.Items;
            budget.AllocateElements((long)first.Count + second.Count);
            List<TemplateValue> joined = [.. first, .. second];
            return left.AsSequence.IsTuple ? new TemplateSequence(SequenceKind.Tuple, joined) : TemplateSequence.List(joined);
        }

        throw Unsupported("+", left, right);
    }

    public static TemplateValue Subtract(in TemplateValue left, in TemplateValue right)
    {
        if (left.Kind == ValueKind.Integer && right.Kind == ValueKind.Integer)
        {
            long difference = unchecked(left.AsInteger - right.AsInteger);
            bool overflows = ((left.AsInteger ^ right.AsInteger) & (left.AsInteger ^ difference)) < 0;
            return overflows ? left.AsBigInteger - right.AsBigInteger : difference;
        }

        RequireNumbers("-", left, right);
        return IsFloat(left, right) ? Float(left) - Float(right) : Sized(left.AsBigInteger - right.AsBigInteger);
    }

    public static TemplateValue Multiply(RenderBudget budget, in TemplateValue left, in TemplateValue right)
    {
        if (left.IsIntegral && right.Kind is ValueKind.String or ValueKind.Sequence)
        {
            return Repeat(budget, right, left);
        }

        if (right.IsIntegral && left.Kind is ValueKind.String or ValueKind.Sequence)
        {
            return Repeat(budget, left, right);
        }

        RequireNumbers("*", left, right);
        return IsFloat(left, right) ? Float(left) * Float(right) : Sized(left.AsBigInteger * right.AsBigInteger);
    }

    public static TemplateValue Divide(in TemplateValue left, in TemplateValue right)
    {
        RequireNumbers("/", left, right);
        double divisor = Float(right);
        return divisor == 0 ? throw new TemplateError("division by zero") : Float(left) / divisor;
    }

    public static TemplateValue FloorDivide(in TemplateValue left, in TemplateValue right)
    {
        RequireNumbers("//", left, right);
        if (IsFloat(left, right))
        {
            double divisor = Float(right);
            return divisor == 0 ? throw new TemplateError("float floor division by zero") : Math.Floor(Float(left) / divisor);
        }

        return Sized(DivideDown(left.AsBigInteger, right.AsBigInteger).Quotient);
    }

    public static TemplateValue Modulo(RenderBudget budget, in TemplateValue left, in TemplateValue right)
    {
        if (left.IsString)
        {
            return PercentFormat.Apply(budget, left.AsText, right);
        }

        if (left.Kind == ValueKind.Integer && right.Kind == ValueKind.Integer && right.AsInteger > 0)
        {
            long rest = left.AsInteger % right.AsInteger;
            return rest < 0 ? rest + right.AsInteger : rest;
        }

        RequireNumbers("%", left, right);
        if (!IsFloat(left, right))
        {
            return Sized(DivideDown(left.AsBigInteger, right.AsBigInteger).Remainder);
        }

        double divisor = Float(right);
        if (divisor == 0)
        {
            throw new TemplateError("float modulo by zero");
        }

        double remainder = Float(left) % divisor;
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? remainder + divisor : remainder;
    }

    public static TemplateValue Power(in TemplateValue left, in TemplateValue right)
    {
        RequireNumbers("**", left, right);
        bool negative = right.Kind == ValueKind.Float ? right.AsFloat < 0 : right.AsBigInteger.Sign < 0;
        if (negative && Float(left) == 0)
        {
            throw new TemplateError("0.0 cannot be raised to a negative power");
        }

        if (IsFloat(left, right) || negative)
        {
            double power = Math.Pow(Float(left), Float(right));
            return double.IsNaN(power) && Float(left) < 0
                ? throw new TemplateError("a negative number cannot be raised to a fractional power")
                : power;
        }

        BigInteger number = left.AsBigInteger;
        BigInteger exponent = right.AsBigInteger;
        if (number.IsZero || number.IsOne || exponent.IsZero)
        {
            return BigInteger.Pow(number, exponent.IsZero ? 0 : 1);
        }

        // Check before computing the power: 9 ** 9 ** 9 has 370 million digits.
        if (exponent > MaxIntegerBits || BigInteger.Abs(number).GetBitLength() * (long)exponent > 2 * MaxIntegerBits)
        {
            throw TooLarge();
        }

        return Sized(BigInteger.Pow(number, (int)exponent));
    }

    public static TemplateValue Negate(in TemplateValue value)
    {
        RequireNumber("-", value);
        return value.Kind == ValueKind.Float ? -value.AsFloat : -value.AsBigInteger;
    }

    public static TemplateValue Plus(in TemplateValue value)
    {
        RequireNumber("+", value);
        return value.Kind == ValueKind.Boolean ? value.AsInteger : value;
    }

    public static TemplateError TooLarge() => new("the integer has more than 4300 digits");

    private static TemplateValue Concatenate(RenderBudget budget, in TemplateValue left, in TemplateValue right)
    {
        bool markup = left.IsMarkup || right.IsMarkup;
        TracedText first = markup && !left.IsMarkup ? HtmlEscape.Escape(budget, left.AsText) : left.AsText;
        TracedText second = markup && !right.IsMarkup ? HtmlEscape.Escape(budget, right.AsText) : right.AsText;
        TracedText joined = TextJoining.Join(budget, [first, second]);
        return markup ? TemplateValue.Markup(joined) : joined;
    }

    private static TemplateValue Repeat(RenderBudget budget, in TemplateValue value, in TemplateValue count)
    {
        long times = Math.Max(0, (long)BigInteger.Min(count.AsBigInteger, int.MaxValue));
        if (value.IsString)
        {
            string text = value.AsString;
            budget.AllocateText(text.Length * times);
            if (text.Length * times == 0)
            {
                return TemplateValue.EmptyString;
            }

            return value.AsText.Derived(string.Create((int)(text.Length * times), text, static (span, text) =>
            {
                for (int i = 0; i < span.Length; i += text.Length)
                {
                    text.CopyTo(span[i..]);
                }
            }));
        }

        TemplateSequence sequence = value.AsSequence;
        if (!sequence.IsIndexable)
        {
            throw Unsupported("*", value, count);
        }

        budget.AllocateElements(sequence.Items.Count * times);
        List<TemplateValue> repeated = new((int)(sequence.Items.Count * times));
        for (long i = 0; i < times && sequence.Items.Count > 0; i++)
        {
            repeated.AddRange(sequence.Items);
        }

        return new TemplateSequence(sequence.IsTuple ? SequenceKind.Tuple : SequenceKind.List, repeated);
    }

    /// <summary>Floor division, as in Python's <c>//</c> and <c>%</c>.</summary>
    private static (BigInteger Quotient, BigInteger Remainder) DivideDown(BigInteger left, BigInteger right)
    {
        if (right.IsZero)
        {
            throw new TemplateError("integer division or modulo by zero");
        }

        BigInteger quotient = BigInteger.DivRem(left, right, out BigInteger remainder);
        return !remainder.IsZero && (remainder.Sign < 0) != (right.Sign < 0) ? (quotient - 1, remainder + right) : (quotient, remainder);
    }

    private static bool IsFloat(in TemplateValue left, in TemplateValue right) =>
        left.Kind == ValueKind.Float || right.Kind == ValueKind.Float;

    private static double Float(in TemplateValue value)
    {
        double number = value.ToDouble();
        return double.IsInfinity(number) && value.Kind == ValueKind.BigInteger
            ? throw new TemplateError("int too large to convert to float")
            : number;
    }

    private static BigInteger Sized(BigInteger value) => value.GetBitLength() > MaxIntegerBits ? throw TooLarge() : value;

    private static void RequireNumbers(string operation, in TemplateValue left, in TemplateValue right)
    {
        if (!left.IsNumber || !right.IsNumber)
        {
            throw Unsupported(operation, left, right);
        }
    }

    private static void RequireNumber(string operation, in TemplateValue value)
    {
        if (!value.IsNumber)
        {
            throw value.IsUndefined
                ? ValueError.Undefined(value)
                : new TemplateError($"bad operand type for unary {operation}: '{value.TypeName}'");
        }
    }

    private static TemplateError Unsupported(string operation, in TemplateValue left, in TemplateValue right)
    {
        if (left.IsUndefined || right.IsUndefined)
        {
            return ValueError.Undefined(left.IsUndefined ? left : right);
        }

        return operation == "+" && left.IsString
            ? new TemplateError($"can only concatenate str (not \"{right.TypeName}\") to str")
            : new TemplateError($"unsupported operand type(s) for {operation}: '{left.TypeName}' and '{right.TypeName}'");
    }
}
