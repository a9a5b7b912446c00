using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <summary>The order of <see cref="TensorArena.ArgSort"/>. The values match <c>ggml_sort_order</c> in ggml.h.</summary>
public enum SortOrder
{
    /// <summary>Smallest first.</summary>
    Ascending = 0,

    /// <summary>Largest first.</summary>
    Descending = 1,
}

/// <content>Sums, means, counts and sorting.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>The sum of all elements, [1].</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32, F16 or BF16 with packed rows.</exception>
    public GgmlTensor Sum(GgmlTensor a)
    {
        EnterElementwise("Sum", a, a?.IsFloat() == true);
        return Adopt(GgmlOperators.ggml_sum(Handle, a!.Native), a);
    }

    /// <summary>The sum of each row: [n, r, …] gives [1, r, …].</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 with packed rows.</exception>
    public GgmlTensor SumRows(GgmlTensor a)
    {
        EnterElementwise("SumRows", a, a?.IsFloat32() == true);
        return Adopt(GgmlOperators.ggml_sum_rows(Handle, a!.Native), a);
    }

    /// <summary>The cumulative sum along each row.</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 with packed rows.</exception>
    public GgmlTensor CumSum(GgmlTensor a)
    {
        EnterElementwise("CumSum", a, a?.IsFloat32() == true);
        return Adopt(GgmlOperators.ggml_cumsum(Handle, a!.Native), a);
    }

    /// <summary>The mean of each row: [n, r, …] gives [1, r, …].</summary>
    /// <exception cref="TensorLayoutException">The tensor is not F32 with packed rows.</exception>
    public GgmlTensor Mean(GgmlTensor a)
    {
        EnterElementwise("Mean", a, a?.IsFloat32() == true);
        return Adopt(GgmlOperators.ggml_mean(Handle, a!.Native), a);
    }

    /// <summary>The index of the largest element of each row: F32 [n, r] gives I32 [r].</summary>
    /// <exception cref="TensorLayoutException">The tensor is not an F32 matrix with packed rows.</exception>
    public GgmlTensor ArgMax(GgmlTensor a)
    {
        EnterElementwise("ArgMax", a, a?.IsFloat32() == true);
        Require(a!.IsMatrix(), "ArgMax", "a must be a matrix", a);
        return Adopt(GgmlOperators.ggml_argmax(Handle, a!.Native), a);
    }

    /// <summary>The number of equal elements of two I32 matrices, I64 [1].</summary>
    /// <exception cref="TensorLayoutException">The tensors are not I32, shapes differ, or there are more than two dimensions.</exception>
    public GgmlTensor CountEqual(GgmlTensor a, GgmlTensor b)
    {
        Enter(1, a, b);
        Require(a.Type == GgmlType.I32 && b.Type == GgmlType.I32, "CountEqual", "both must be i32", a, b);

        // The kernel's index arithmetic is correct only for two dimensions.
        Require(a.Shape == b.Shape && a.IsMatrix(), "CountEqual", "both must be matrices of the same shape", a, b);
        return Adopt(GgmlOperators.ggml_count_equal(Handle, a.Native, b.Native), a, b);
    }

    /// <summary>
    /// The indices that sort the elements of each row, I32 of the same shape. NaN sorts as positive infinity. Counts as two tensors towards
    /// the arena's capacity.
    /// </summary>
    /// <exception cref="TensorLayoutException">The tensor is not contiguous F32.</exception>
    public GgmlTensor ArgSort(GgmlTensor a, SortOrder order)
    {
        Enter(2, a);
        Require(a.IsFloat32() && a.IsContiguous(), "ArgSort", "a must be contiguous and f32", a);
        if (order is not (SortOrder.Ascending or SortOrder.Descending))
        {
            throw new ArgumentOutOfRangeException(nameof(order));
        }

        // The kernel's std::sort reads out of bounds when comparisons with NaN are inconsistent.
        GgmlTensor ordered = Clamp(a, float.NegativeInfinity, float.PositiveInfinity);
        return Adopt(GgmlOperators.ggml_argsort(Handle, ordered.Native, (int)order), ordered);
    }

    /// <summary>The indices of the k largest elements of each row, unordered, I32 [k, …].</summary>
    /// <exception cref="TensorLayoutException">The tensor is not contiguous F32, or k is not between 1 and the row length.</exception>
    public GgmlTensor TopK(GgmlTensor a, long k)
    {
        Enter(1, a);
        Require(a.IsFloat32() && a.IsContiguous(), "TopK", "a must be contiguous and f32", a);
        Require(k >= 1 && k <= a.Shape[0], "TopK", $"k ({k}) must be between 1 and the row length", a);
        return Adopt(GgmlOperators.ggml_top_k(Handle, a.Native, (int)k), a);
    }
}
