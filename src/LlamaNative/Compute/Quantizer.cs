using System.Numerics.Tensors;
using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>Converts rows of floats to and from ggml's quantized types with ggml's kernels. All methods are thread-safe.</summary>
public static unsafe class Quantizer
{
    // With importance matrices, kernels sum fourth powers. Larger values overflow a float, and the kernels assert.
    private const float LargestValue = 1e8f;

    /// <summary>
    /// Whether a type can be converted to and from floats: all types except integers, F64 and the intermediate types Q8_1 and Q8_K.
    /// </summary>
    public static bool Supports(GgmlType type) => type == GgmlType.F32 || OperandRules.CanDequantize(type);

    /// <summary>Whether quantization to a type requires an importance matrix.</summary>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    public static bool RequiresImportanceMatrix(GgmlType type)
    {
        _ = GgmlTypeInfo.Of(type);
        LlamaRuntime.Load();
        return GgmlQuantization.ggml_quantize_requires_imatrix(type);
    }

    /// <summary>Converts rows to floats. The length of the destination determines the number of elements.</summary>
    /// <exception cref="TensorLayoutException">The type is not supported, the number of elements is not a multiple of the block size, or
    /// there are too few bytes.</exception>
    public static void Dequantize(GgmlType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        RequireBlocks("Dequantize", type, destination.Length, source.Length);
        if (type == GgmlType.F32)
        {
            FloatEncoding.Decode(type, source, destination);
            return;
        }

        LlamaRuntime.Load();
        fixed (byte* from = source)
        fixed (float* to = destination)
        {
            GgmlQuantization.ggml_get_type_traits(type)->to_float(from, to, destination.Length);
        }
    }

    /// <summary>Converts rows of a file's tensor to floats. Rows are numbered consecutively over all outer dimensions.</summary>
    /// <exception cref="TensorLayoutException">The type is not supported, or the length of the destination differs from the number of
    /// elements.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rows exceed the tensor.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public static void DequantizeRows(GgufTensorInfo tensor, long first, long count, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if ((Int128)count * tensor.Shape[0] != destination.Length)
        {
            throw new TensorLayoutException("DequantizeRows",
                $"{count} rows of {tensor} have {(Int128)count * tensor.Shape[0]} elements, but the destination has {destination.Length}");
        }

        using GgufTensorView view = tensor.Open();
        Dequantize(tensor.Type, view.Rows(first, count), destination);
    }

    /// <summary>Converts rows of floats to a type.</summary>
    /// <param name="type">The target type.</param>
    /// <param name="source">The rows, consecutive. All values must be finite and at most 10^8 in magnitude.</param>
    /// <param name="rowLength">The number of elements per row, a multiple of the type's block size.</param>
    /// <param name="destination">Receives the rows, <see cref="GgmlTypeInfo.RowSize"/> bytes each.</param>
    /// <param name="importance">
    /// The importance of each column, such as the mean square of its input: <paramref name="rowLength"/> finite, non-negative numbers.
    /// Empty for none.
    /// </param>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="TensorLayoutException">The type is not supported, rows are not whole blocks, or the destination is too
    /// small.</exception>
    /// <exception cref="ArgumentException">A value is not finite or too large, or the type requires an importance matrix.</exception>
    /// <exception cref="LlamaException">The values overflow a scale of the type.</exception>
    public static long Quantize(GgmlType type, ReadOnlySpan<float> source, long rowLength, Span<byte> destination,
        ReadOnlySpan<float> importance = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowLength);
        long bytes = RequireBlocks("Quantize", type, source.Length, destination.Length);
        if (source.Length % rowLength != 0 || rowLength % GgmlTypeInfo.Of(type).BlockSize != 0)
        {
            throw new TensorLayoutException("Quantize",
                $"{source.Length} elements are not whole rows of {rowLength}, or these are not whole blocks of "
                + $"{GgmlTypeInfo.Of(type).BlockSize}");
        }

        LlamaRuntime.Load();
        RequireFinite(source, float.NegativeInfinity, nameof(source));
        RequireImportance(type, importance, rowLength);
        if (source.IsEmpty)
        {
            return 0;
        }

        fixed (float* from = source)
        fixed (float* weights = importance)
        fixed (byte* to = destination)
        {
            GgmlQuantization.ggml_quantize_init(type);
            GgmlQuantization.ggml_quantize_chunk(type, from, to, 0, source.Length / rowLength, rowLength, weights);
        }

        return AreFinite(type, destination[..(int)bytes])
            ? bytes
            : throw new LlamaException(
                $"{GgmlTypeInfo.Of(type).Name} cannot represent these values: a scale exceeds the range of a half-precision float.");
    }

    /// <summary>Whether quantized rows convert back to finite numbers. (ggml's own check writes to standard error.)</summary>
    internal static bool AreFinite(GgmlType type, ReadOnlySpan<byte> rows)
    {
        GgmlTypeInfo info = GgmlTypeInfo.Of(type);
        (int blockSize, int typeSize) = ((int)info.BlockSize, (int)info.TypeSize);
        int blocks = Math.Max(1, 1024 / blockSize);
        Span<float> numbers = stackalloc float[1024];
        while (!rows.IsEmpty)
        {
            int count = Math.Min(blocks, rows.Length / typeSize);
            Span<float> read = numbers[..(count * blockSize)];
            Dequantize(type, rows[..(count * typeSize)], read);
            if (!TensorPrimitives.IsFiniteAll(read))
            {
                return false;
            }

            rows = rows[(count * typeSize)..];
        }

        return true;
    }

    private static long RequireBlocks(string operation, GgmlType type, int count, int byteCount)
    {
        GgmlTypeInfo info = GgmlTypeInfo.Of(type);
        if (!Supports(type))
        {
            throw new TensorLayoutException(operation, $"{info.Name} cannot be converted to and from floats");
        }

        long bytes = info.RowSize(count);
        return bytes <= byteCount
            ? bytes
            : throw new TensorLayoutException(operation, $"{count} {info.Name} elements need {bytes} bytes, but the span has {byteCount}");
    }

    private static void RequireImportance(GgmlType type, ReadOnlySpan<float> importance, long rowLength)
    {
        if (importance.IsEmpty)
        {
            if (RequiresImportanceMatrix(type))
            {
                throw new ArgumentException($"{GgmlTypeInfo.Of(type).Name} requires an importance matrix.",
                    nameof(importance));
            }
        }
        else if (importance.Length != rowLength)
        {
            throw new ArgumentException($"The importance has {importance.Length} numbers, but rows have {rowLength}.", nameof(importance));
        }
        else
        {
            RequireFinite(importance, 0, nameof(importance));
        }
    }

    // NaN fails this comparison.
    private static void RequireFinite(ReadOnlySpan<float> numbers, float least, string parameter)
    {
        if (numbers.IsEmpty
            || (TensorPrimitives.Max(numbers) <= LargestValue && TensorPrimitives.Min(numbers) >= Math.Max(least, -LargestValue)))
        {
            return;
        }

        for (int i = 0; i < numbers.Length; i++)
        {
            if (!(numbers[i] <= LargestValue && numbers[i] >= Math.Max(least, -LargestValue)))
            {
                throw new ArgumentException(
                    $"Element {i} is {numbers[i]}; it must be a finite number{(least == 0 ? " from 0" : "")} up to "
                    + $"{LargestValue:G1}.", parameter);
            }
        }
    }
}
