namespace LlamaNative.Merging.Methods;

/// <summary>
/// NearSwap (alchemonaut, QuartetAnemoi): a + min(1, t / |b − a|)·(b − a). Elements of the base a that are at most t apart from the other
/// model's are replaced by them, others move by t. Input 0 is the base.
/// </summary>
internal sealed class NearSwapKernel(double t) : TensorKernel
{
    public static NearSwapKernel Create(KernelSpec spec)
    {
        if (spec.Inputs.Count != 2)
        {
            throw new MergeException($"nearswap needs exactly one model besides the base, not {spec.Inputs.Count - 1}");
        }

        return spec.Parameters.ContainsKey("t")
            ? new NearSwapKernel(spec.Number("t", 0, value => value > 0, "greater than 0"))
            : throw new MergeException("nearswap needs the parameter 't', which the recipe does not set for this tensor");
    }

    public override void Compute(in RowBlock block, Span<float> output)
    {
        ReadOnlySpan<float> origin = block.Input(0);
        ReadOnlySpan<float> other = block.Input(1);
        for (int i = 0; i < output.Length; i++)
        {
            double delta = (double)other[i] - origin[i];
            output[i] = Math.Abs(delta) <= t ? other[i] : (float)(origin[i] + (t * Math.Sign(delta)));
        }
    }
}
