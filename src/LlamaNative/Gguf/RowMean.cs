using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>Computes the mean of a tensor's rows, encoded as a new row: the usual initial embedding of a new token.</summary>
internal static class RowMean
{
    public static byte[] Of(GgufEditor.EditedTensor tensor, long rowCount)
    {
        GgmlType type = tensor.Layout.Type;
        if (!FloatEncoding.Supports(type))
        {
            throw new TensorLayoutException("AddTokens",
                $"{tensor.Source!.Name} {tensor.Layout} is quantized; specify the new rows in the tensor's encoding");
        }

        int rowBytes = checked((int)(tensor.Layout.ByteCount / rowCount));
        int width = rowBytes / (int)GgmlTypeInfo.Of(type).TypeSize;
        var sums = new double[width];
        var numbers = new float[width];
        using (GgufTensorView view = tensor.Source!.Open())
        {
            for (long offset = 0; offset < tensor.Source.ByteCount; offset += rowBytes)
            {
                Add(view.Range(offset, rowBytes));
            }
        }

        for (int offset = 0; offset < tensor.Appended.Length; offset += rowBytes)
        {
            Add(tensor.Appended.Span.Slice(offset, rowBytes));
        }

        for (int i = 0; i < width; i++)
        {
            numbers[i] = (float)(sums[i] / rowCount);
        }

        var row = new byte[rowBytes];
        FloatEncoding.Encode(type, numbers, row);
        return row;

        void Add(ReadOnlySpan<byte> bytes)
        {
            FloatEncoding.Decode(type, bytes, numbers);
            for (int i = 0; i < width; i++)
            {
                sums[i] += numbers[i];
            }
        }
    }
}
