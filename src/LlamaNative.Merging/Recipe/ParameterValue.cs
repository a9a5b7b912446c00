namespace LlamaNative.Merging.Recipe;

/// <summary>The value of a setting for the tensors it applies to.</summary>
internal abstract record ParameterValue
{
    public abstract ParameterScalar Resolve(in TensorName name, TensorPlace place);
}

/// <summary>The same value for every tensor.</summary>
internal sealed record ConstantValue(ParameterScalar Value) : ParameterValue
{
    public override ParameterScalar Resolve(in TensorName name, TensorPlace place) => Value;
}

/// <summary>Numbers spaced evenly over the layers of a slice, with linear interpolation.</summary>
internal sealed record GradientValue(IReadOnlyList<double> Values) : ParameterValue
{
    public override ParameterScalar Resolve(in TensorName name, TensorPlace place) => At(place.T);

    public double At(double t)
    {
        double x = t * (Values.Count - 1);
        int i = Math.Clamp((int)Math.Floor(x), 0, Values.Count - 1);
        double fraction = x - i;

        // At a knot nothing is added, so the value is exact.
        return fraction == 0 ? Values[i] : ((1 - fraction) * Values[i]) + (fraction * Values[Math.Min(i + 1, Values.Count - 1)]);
    }
}

/// <summary>Strings spread over the layers of a slice: element ⌊t(m−1)⌋.</summary>
internal sealed record WordListValue(IReadOnlyList<string> Values) : ParameterValue
{
    public override ParameterScalar Resolve(in TensorName name, TensorPlace place) =>
        Values[Math.Clamp((int)Math.Floor(place.T * (Values.Count - 1)), 0, Values.Count - 1)];
}

/// <summary>
/// The gradients of mergekit's first version (<c>--layer-gradient</c>): one sample for the embeddings, one per layer, and one
/// for the tensors after the layers.
/// </summary>
internal sealed record LayerSampleValue(IReadOnlyList<double> Values, bool Complement = false) : ParameterValue
{
    public override ParameterScalar Resolve(in TensorName name, TensorPlace place)
    {
        int index = place.Role switch
        {
            TensorRole.Embedding => 0,
            TensorRole.Layer => place.Layer + 1,
            _ => place.LayerCount + 1,
        };
        double share = SegmentSamples.At(Values, place.LayerCount + 2, index);
        return Complement ? 1 - share : share;
    }
}
