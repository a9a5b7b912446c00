using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Synth;

/// <summary>A pool of random weights of one type. Tensors of any size are filled from it, each starting at a different offset.</summary>
internal sealed class RandomBlocks
{
    private const int RowLength = 256;
    private const int Rows = 16 * 1024;

    private readonly byte[] _bytes;
    private readonly int _block;
    private readonly Random _random = new(1);

    private RandomBlocks(byte[] bytes, int block)
    {
        _bytes = bytes;
        _block = block;
    }

    /// <summary>Weights around 0 like those of a trained model, or around 1 for norms.</summary>
    public static RandomBlocks Of(GgmlType type, bool isNorm)
    {
        var random = new Random(2);
        float[] weights = new float[Rows * RowLength];
        for (int i = 0; i < weights.Length; i++)
        {
            // The sum of four uniform numbers is close enough to a normal distribution; standard deviation 0.02.
            float even = random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2;
            weights[i] = (isNorm ? 1 : 0) + (0.035f * even);
        }

        GgmlTypeInfo info = GgmlTypeInfo.Of(type);
        byte[] bytes = new byte[weights.Length / info.BlockSize * info.TypeSize];
        float[] importance = Quantizer.RequiresImportanceMatrix(type) ? [.. Enumerable.Repeat(1f, RowLength)] : [];
        Quantizer.Quantize(type, weights, RowLength, bytes, importance);
        return new RandomBlocks(bytes, (int)info.TypeSize);
    }

    public void Write(GgufWriter writer, long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int start = _random.Next(_bytes.Length / _block) * _block;
            int length = (int)Math.Min(count, _bytes.Length - start);
            writer.Write(_bytes.AsSpan(start, length));
            count -= length;
        }
    }
}
