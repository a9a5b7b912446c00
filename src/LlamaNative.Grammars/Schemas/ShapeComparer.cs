using System.Text.Json;
using LlamaNative.Grammars.Automata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>Proves that no value generated from one alternative satisfies another. False means not proven.</summary>
internal sealed class ShapeComparer
{
    private const int MaxDepth = 4;

    private readonly SchemaReader _reader;
    private readonly ShapeValidator _validator;

    public ShapeComparer(SchemaReader reader)
    {
        _reader = reader;
        _validator = new ShapeValidator(reader);
    }

    public bool AreDisjoint(IReadOnlyList<Shape> generated, IReadOnlyList<Shape> valid) => AreDisjoint(generated, valid, 0);

    private bool AreDisjoint(IReadOnlyList<Shape> generated, IReadOnlyList<Shape> valid, int depth) =>
        depth <= MaxDepth && generated.All(one => valid.All(other => AreDisjoint(one, other, depth)));

    private bool AreDisjoint(Shape generated, Shape valid, int depth)
    {
        if (generated.Values is not null)
        {
            return !generated.Values.Any(value => _validator.Satisfies(value, generated) && _validator.Satisfies(value, valid));
        }

        JsonTypes shared = generated.Generated & valid.Types;
        if (valid.Values is not null)
        {
            return !valid.Values.Any(value => (ShapeValidator.TypeOf(value) & shared) != 0 && _validator.Satisfies(value, valid)
                && _validator.Satisfies(value, generated));
        }

        return (shared & (JsonTypes.Null | JsonTypes.Boolean)) == 0
            && ((shared & JsonTypes.Number) == 0 || AreDisjoint(generated.Number, valid.Number))
            && ((shared & JsonTypes.String) == 0 || AreDisjoint(generated.String, valid.String))
            && ((shared & JsonTypes.Array) == 0 || generated.Array.Minimum > valid.Array.Maximum
                || valid.Array.Minimum > generated.Array.Maximum)
            && ((shared & JsonTypes.Object) == 0 || AreDisjoint(generated.Object, valid.Object, depth));
    }

    private static bool AreDisjoint(NumberShape one, NumberShape other)
    {
        NumberShape both = one.And(other);
        return both.Lower is Bound lower && both.Upper is Bound upper
            && (lower.Value > upper.Value || (lower.Value == upper.Value && (lower.Exclusive || upper.Exclusive)));
    }

    private bool AreDisjoint(StringShape one, StringShape other)
    {
        StringShape both = one.And(other);
        if (both.Minimum > both.Maximum)
        {
            return true;
        }

        try
        {
            return both.Patterns.Count > 0 && _reader.Strings.Of(both with { Minimum = 0, Maximum = null }) is null;
        }
        catch (PatternException)
        {
            return false;
        }
    }

    private bool AreDisjoint(ObjectShape generated, ObjectShape valid, int depth)
    {
        // One always lacks a property that the other requires, always has one that the other forbids, or has a different value
        // for it.
        bool lacks = valid.Required.Any(name => !CanGenerate(generated, name));
        return lacks || generated.Required.Any(
            name => AreDisjoint(_reader.Read(generated.SchemaOf(name)), _reader.Read(valid.SchemaOf(name)), depth + 1));
    }

    private bool CanGenerate(ObjectShape shape, string name)
    {
        bool declared = shape.Properties.Find(name) is not null || shape.Required.Contains(name);
        return declared || !(shape.IsClosedByDefault || _reader.Read(shape.SchemaOf(name)).Count == 0);
    }
}
