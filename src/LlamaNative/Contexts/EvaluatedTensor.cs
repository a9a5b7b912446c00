using System.Runtime.InteropServices;
using LlamaNative.Compute;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Contexts;

/// <summary>The result of one operation of llama.cpp's graph, without a copy. <see cref="ToFloats"/> copies the data.</summary>
public readonly unsafe ref struct EvaluatedTensor
{
    private readonly ggml_tensor* _tensor;

    // The pointer is owned by llama.cpp and valid until the callback returns; a ref struct cannot outlive the call.
    internal EvaluatedTensor(ggml_tensor* tensor, in EvaluationNode node)
    {
        _tensor = tensor;
        Node = node;
    }

    /// <summary>The operation that produced the tensor.</summary>
    public EvaluationNode Node { get; }

    /// <summary>Copies all elements as floats in row-major order (ne[0] fastest), for any type and strides.</summary>
    /// <exception cref="LlamaException">The tensor is larger than an array, has no memory, or has a non-numeric
    /// type.</exception>
    public float[] ToFloats()
    {
        TensorLayout layout = Node.Layout;
        nint buffer = _tensor->view_src is null ? _tensor->buffer : _tensor->view_src->buffer;
        if (_tensor->data is null || buffer == 0 || layout.ByteCount > Array.MaxLength || layout.Shape.ElementCount > Array.MaxLength)
        {
            throw new LlamaException(
                $"The data of {Node.Name} ({layout}) cannot be copied: it has no memory, or is larger than the largest array.");
        }

        byte[] bytes = new byte[layout.ByteCount];
        fixed (byte* destination = bytes)
        {
            GgmlBuffers.ggml_backend_tensor_get(_tensor, destination, 0, (nuint)bytes.Length);
        }

        return Decode(layout, Pack(layout, bytes));
    }

    private static byte[] Pack(in TensorLayout layout, byte[] bytes)
    {
        if (layout.IsContiguous)
        {
            return bytes;
        }

        TensorLayout packed = TensorLayout.Contiguous(layout.Type, layout.Shape);
        byte[] result = new byte[packed.ByteCount];
        TensorCopy.Copy(bytes, layout, result, packed);
        return result;
    }

    private static float[] Decode(in TensorLayout layout, byte[] packed)
    {
        float[] numbers = new float[layout.Shape.ElementCount];
        switch (layout.Type)
        {
            case GgmlType.I32:
                Convert(MemoryMarshal.Cast<byte, int>(packed), numbers);
                break;
            case GgmlType.I64:
                Convert(MemoryMarshal.Cast<byte, long>(packed), numbers);
                break;
            default:
                Quantizer.Dequantize(layout.Type, packed, numbers);
                break;
        }

        return numbers;
    }

    private static void Convert<T>(ReadOnlySpan<T> source, float[] destination)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = float.CreateChecked(source[i]);
        }
    }
}
