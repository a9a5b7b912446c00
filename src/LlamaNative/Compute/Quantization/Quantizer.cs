using System.Numerics.Tensors;
using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Compute;

/// <summary>Rows of numbers to and from ggml's quantized types, with ggml's own kernels. All methods may be called from any thread.</summary>
public static unsafe class Quantizer
{
    // Importance matrices weigh squares of squares: beyond this the sums leave the range of a float, and kernels assert.
    private const float LargestValue = 1e8f;

    /// <summary>Whether rows can be read from and stored as a type: all but integers, F64 and the intermediate Q8_1 and Q8_K.</summary>
    public static bool Supports(GgmlType type) => type == GgmlType.F32 || OperandRules.CanDequantize(type);

    /// <summary>Whether a type can only be made with an importance matrix.</summary>
    /// <exception cref="NativeLibraryException">The native library cannot be loaded.</exception>
    public static bool RequiresImportanceMatrix(GgmlType type)
    {
        _ = GgmlTypeInfo.Of(type);
        LlamaRuntime.Load();
        return GgmlQuantization.ggml_quantize_requires_imatrix((int)type);
    }

    /// <summary>Reads as many numbers as the destination holds.</summary>
    /// <exception cref="TensorLayoutException">A type that cannot be read, numbers that are not whole blocks, or too few bytes.</exception>
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
            GgmlQuantization.ggml_get_type_traits((int)type)->to_float(from, to, destination.Length);
        }
    }

    /// <summary>Reads rows of a file's tensor, rows of all outer dimensions counted through.</summary>
    /// <exception cref="TensorLayoutException">A type that cannot be read, or another number of floats than the rows have.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rows are not all in the tensor.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public static void DequantizeRows(GgufTensorInfo tensor, long first, long count, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if ((Int128)count * tensor.Shape[0] != destination.Length)
        {
            throw new TensorLayoutException("DequantizeRows", $"{count} rows of {tensor} are {(Int128)count * tensor.Shape[0]} numbers, and there is room for {destination.Length}");
        }

        using GgufTensorView view = tensor.Open();
        Dequantize(tensor.Type, view.Rows(first, count), destination);
    }

    /// <summary>Stores rows of floats as a type.</summary>
    /// <param name="type">The type to store.</param>
    /// <param name="source">The rows, one after the other. Finite numbers of a magnitude up to 10^8.</param>
    /// <param name="rowLength">The numbers of a row: whole blocks of the type.</param>
    /// <param name="destination">The bytes of the rows, at least <see cref="GgmlTypeInfo.RowSize"/> for each.</param>
    /// <param name="importance">
    /// How much each column counts, for instance the mean square of its input: <paramref name="rowLength"/> finite
    /// numbers from 0 on. Empty for none.
    /// </param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="TensorLayoutException">A type that cannot be stored, rows that are not whole blocks, or too few bytes.</exception>
    /// <exception cref="ArgumentException">Numbers that are not finite or too large, or no importance where the type needs it.</exception>
    /// <exception cref="LlamaException">The result holds a scale that is not finite.</exception>
    public static long Quantize(
        GgmlType type, ReadOnlySpan<float> source, long rowLength, Span<byte> destination, ReadOnlySpan<float> importance = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowLength);
        long bytes = RequireBlocks("Quantize", type, source.Length, destination.Length);
        if (source.Length % rowLength != 0 || rowLength % GgmlTypeInfo.Of(type).BlockSize != 0)
        {
            throw new TensorLayoutException("Quantize", $"{source.Length} numbers are not whole rows of {rowLength}, or these not whole blocks of {GgmlTypeInfo.Of(type).BlockSize}");
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
            GgmlQuantization.ggml_quantize_init((int)type);
            GgmlQuantization.ggml_quantize_chunk((int)type, from, to, 0, source.Length / rowLength, rowLength, weights);
        }

        return AreFinite(type, destination[..(int)bytes])
            ? bytes
            : throw new LlamaException($"{GgmlTypeInfo.Of(type).Name} cannot hold these numbers: a scale left the range of its half-precision float.");
    }

    /// <summary>Whether stored rows read back as finite numbers. (ggml's own check writes to standard error.)</summary>
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
            throw new TensorLayoutException(operation, $"{info.Name} has no conversion to and from floats");
        }

        long bytes = info.RowSize(count);
        return bytes <= byteCount ? bytes : throw new TensorLayoutException(operation, $"{count} {info.Name} numbers take {bytes} bytes, and there are {byteCount}");
    }

    private static void RequireImportance(GgmlType type, ReadOnlySpan<float> importance, long rowLength)
    {
        if (importance.IsEmpty)
        {
            if (RequiresImportanceMatrix(type))
            {
                throw new ArgumentException($"{GgmlTypeInfo.Of(type).Name} can only be made with an importance matrix.", nameof(importance));
            }
        }
        else if (importance.Length != rowLength)
        {
            throw new ArgumentException($"There are {importance.Length} importances for rows of {rowLength}.", nameof(importance));
        }
        else
        {
            RequireFinite(importance, 0, nameof(importance));
        }
    }

    // The comparison is written so that NaN fails it.
    private static void RequireFinite(ReadOnlySpan<float> numbers, float least, string parameter)
    {
        if (numbers.IsEmpty || (TensorPrimitives.Max(numbers) <= LargestValue && TensorPrimitives.Min(numbers) >= Math.Max(least, -LargestValue)))
        {
            return;
        }

        for (int i = 0; i < numbers.Length; i++)
        {
            if (!(numbers[i] <= LargestValue && numbers[i] >= Math.Max(least, -LargestValue)))
            {
                throw new ArgumentException($"Number {i} is {numbers[i]}; quantization takes finite numbers{(least == 0 ? " from 0" : "")} up to {LargestValue:G1}.", parameter);
            }
        }
    }
}
