using System.Text.Json;
using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// One alternative of a value: its types and, per type, all constraints. A schema without anyOf or oneOf is one shape; allOf
/// intersects shapes.
/// </summary>
internal sealed record Shape
{
    public static Shape Any { get; } = new();

    /// <summary>The types that the type keyword allows; all if there is none.</summary>
    public JsonTypes Types { get; init; } = JsonTypes.All;

    /// <summary>Whether there is a type keyword.</summary>
    public bool Typed { get; init; }

    /// <summary>The types that the other keywords apply to.</summary>
    public JsonTypes Implied { get; init; }

    /// <summary>The values of enum or const, or null.</summary>
    public IReadOnlyList<JsonElement>? Values { get; init; }

    public NumberShape Number { get; init; } = NumberShape.Any;

    public StringShape String { get; init; } = StringShape.Any;

    public ArrayShape Array { get; init; } = ArrayShape.Any;

    public ObjectShape Object { get; init; } = ObjectShape.Any;

    /// <summary>
    /// The types to generate. A schema with properties and no type formally allows strings too, but its author means objects,
    /// and llama.cpp treats it the same way.
    /// </summary>
    public JsonTypes Generated => Typed || Values is not null || Implied == JsonTypes.None ? Types : Types & Implied;

    public Shape And(Shape other) => new()
    {
        Types = Types & other.Types,
        Typed = Typed || other.Typed,
        Implied = Implied | other.Implied,
        Values = Values is null ? other.Values : other.Values is null ? Values
            : [.. Values.Where(value => other.Values.Any(same => JsonElement.DeepEquals(value, same)))],
        Number = Number.And(other.Number),
        String = String.And(other.String),
        Array = Array.And(other.Array),
        Object = Object.And(other.Object),
    };
}

/// <summary>One bound of a numeric range.</summary>
internal readonly record struct Bound(decimal Value, bool Exclusive);

/// <summary>
/// Constraints on a number. FractionDigits is derived from a multipleOf that is a negative power of ten, Steps from whole ones.
/// </summary>
internal sealed record NumberShape(Bound? Lower, Bound? Upper, int? FractionDigits, IReadOnlyList<int> Steps)
{
    public NumberShape(Bound? lower, Bound? upper, int? fractionDigits)
        : this(lower, upper, fractionDigits, [])
    {
    }

    public static NumberShape Any { get; } = new(null, null, null, []);

    public bool Equals(NumberShape? other) => other is not null
        && (Lower, Upper, FractionDigits) == (other.Lower, other.Upper, other.FractionDigits) && Steps.SequenceEqual(other.Steps);

    public override int GetHashCode() => HashCode.Combine(Lower, Upper, FractionDigits, Steps.Count);

    public NumberShape And(NumberShape other) => new(
        Tighter(Lower, other.Lower, 1),
        Tighter(Upper, other.Upper, -1),
        FractionDigits is null ? other.FractionDigits : Math.Min(FractionDigits.Value, other.FractionDigits ?? int.MaxValue),
        [.. Steps.Union(other.Steps)]);

    public bool Allows(decimal value) =>
        (Lower is not Bound lower || (lower.Exclusive ? value > lower.Value : value >= lower.Value))
        && (Upper is not Bound upper || (upper.Exclusive ? value < upper.Value : value <= upper.Value))
        && (FractionDigits is not int digits || decimal.Round(value, digits) == value)
        && Steps.All(step => value % step == 0);

    private static Bound? Tighter(Bound? one, Bound? other, int sign)
    {
        if (one is not Bound a || other is not Bound b)
        {
            return one ?? other;
        }

        int order = a.Value.CompareTo(b.Value) * sign;
        return order == 0 ? new Bound(a.Value, a.Exclusive || b.Exclusive) : order > 0 ? a : b;
    }
}

/// <summary>Constraints on a string: its length in code points and the regular expressions it must match.</summary>
internal sealed record StringShape(int Minimum, int? Maximum, IReadOnlyList<StringPattern> Patterns)
{
    public static StringShape Any { get; } = new(0, null, []);

    public string Key => $"{Minimum},{Maximum},{string.Join('\0', Patterns)}";

    public StringShape And(StringShape other) => new(
        Math.Max(Minimum, other.Minimum),
        Maximum is null ? other.Maximum : Math.Min(Maximum.Value, other.Maximum ?? int.MaxValue),
        [.. Patterns.Union(other.Patterns)]);
}
