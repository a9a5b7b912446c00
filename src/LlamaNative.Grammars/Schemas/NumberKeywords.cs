using System.Globalization;
using System.Text.Json;

namespace LlamaNative.Grammars.Schemas;

/// <summary>Reads number constraints: minimum, maximum, their exclusive forms in both drafts' styles, and multipleOf.</summary>
internal sealed class NumberKeywords
{
    // No generated number is longer than this, so a larger maximum or a smaller minimum is equivalent to this one.
    private static readonly decimal s_beyond = decimal.Parse("1" + new string('0', SchemaLimits.NumberDigits),
        CultureInfo.InvariantCulture);

    /// <summary>A multiple needs an automaton with a state for each remainder.</summary>
    private const int LargestStep = 1000;

    private readonly SchemaDocument _document;
    private readonly SchemaPlace _place;

    public NumberKeywords(SchemaDocument document, SchemaPlace place) => (_document, _place) = (document, place);

    public NumberShape Read() => NumberShape.Any
        .And(ReadBounds("minimum", "exclusiveMinimum", isLower: true))
        .And(ReadBounds("maximum", "exclusiveMaximum", isLower: false))
        .And(ReadMultipleOf());

    private NumberShape ReadBounds(string plain, string exclusive, bool isLower)
    {
        NumberShape shape = NumberShape.Any;
        bool flagged = _place.TryGet(exclusive, out JsonElement other)
            && other.ValueKind is JsonValueKind.True or JsonValueKind.False;
        if (_place.TryGet(plain, out JsonElement value))
        {
            shape = At(ReadBound(plain, value, isLower), flagged && other.ValueKind == JsonValueKind.True);
        }

        // Since draft 6 an exclusive bound is a number; before, it was a flag for the inclusive one.
        return !flagged && other.ValueKind != JsonValueKind.Undefined ? shape.And(At(ReadBound(exclusive, other, isLower), true)) : shape;

        NumberShape At(decimal bound, bool isExclusive) =>
            isLower
                ? new NumberShape(new Bound(bound, isExclusive), null, null)
                : new NumberShape(null, new Bound(bound, isExclusive), null);
    }

    private decimal ReadBound(string keyword, JsonElement value, bool isLower)
    {
        decimal bound = Read(keyword, value);
        return value.TryGetDouble(out double exact) && (isLower ? exact > (double)s_beyond : exact < -(double)s_beyond)
            ? throw _place.Refuse(keyword, $"the bound leaves only numbers of more than {SchemaLimits.NumberDigits} digits.")
            : bound;
    }

    private decimal Read(string keyword, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            throw _place.Refuse(keyword, "expected a number.");
        }

        string text = value.GetRawText();
        if (value.TryGetDouble(out double approximate) && Math.Abs(approximate) >= (double)s_beyond)
        {
            return approximate > 0 ? s_beyond : -s_beyond;
        }

        // A decimal has 28 exact digits; one more would be rounded, which would move the bound.
        int digits = text.Split('e', 'E')[0].Count(char.IsAsciiDigit);
        return digits <= SchemaLimits.NumberDigits && value.TryGetDecimal(out decimal exact) && (exact != 0 || approximate == 0)
            ? exact : throw _place.Refuse(keyword, $"the bound {text} has too many digits; the maximum is {SchemaLimits.NumberDigits}.");
    }

    private NumberShape ReadMultipleOf()
    {
        if (!_place.TryGet("multipleOf", out JsonElement value))
        {
            return NumberShape.Any;
        }

        decimal step = Read("multipleOf", value);
        decimal power = 1;
        for (int digits = 0; digits <= SchemaLimits.NumberDigits; digits++)
        {
            if (step == power)
            {
                return new NumberShape(null, null, digits);
            }

            power /= 10;
        }

        if (step >= 2 && decimal.IsInteger(step) && step <= LargestStep)
        {
            return new NumberShape(null, null, 0, [(int)step]);
        }

        _document.Unsupported(_place, "multipleOf",
            $"only whole numbers up to {LargestStep} and negative powers of ten (0.1, 0.01, ...) are supported.");
        return NumberShape.Any;
    }
}
