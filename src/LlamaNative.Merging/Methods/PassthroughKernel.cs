namespace LlamaNative.Merging.Methods;

/// <summary>One model's tensor, multiplied by a scale.</summary>
internal sealed class PassthroughKernel(double scale) : TensorKernel
{
    private readonly double[] _coefficients = [scale];

    public override void Compute(in RowBlock block, Span<float> output)
    {
        if (scale == 1)
        {
            block.Input(0).CopyTo(output);
        }
        else
        {
            VectorMath.Combine(_coefficients, block, output);
        }
    }
}
