using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Copies, type conversions, concatenation and repetition.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>A contiguous copy of a as a new tensor.</summary>
    public GgmlTensor Cont(GgmlTensor a)
    {
        Enter(1, a);
        return Adopt(GgmlOperators.ggml_cont(Handle, a.Native), a);
    }

    /// <summary>A contiguous copy of a.</summary>
    public GgmlTensor Dup(GgmlTensor a)
    {
        Enter(1, a);
        return Adopt(GgmlOperators.ggml_dup(Handle, a.Native), a);
    }

    /// <summary>
    /// A contiguous copy of a in another type. Supports conversions between float types, between floats and quantized types, and between
    /// F32 and I32.
    /// </summary>
    /// <exception cref="TensorLayoutException">There is no kernel for the types, or rows are not whole blocks of the new type.</exception>
    public GgmlTensor Cast(GgmlTensor a, GgmlType type)
    {
        Enter(1, a);
        RequireShape("Cast", type, a.Shape);
        RequireConversion("Cast", a, type);
        return Adopt(GgmlOperators.ggml_cast(Handle, a.Native, type), a);
    }

    /// <summary>Copies a to b's data, converting to b's type. The result is a view of b.</summary>
    /// <exception cref="TensorLayoutException">The numbers of elements differ, a type is quantized and the shapes differ, there is no
    /// kernel for the types, or b is read-only.</exception>
    public GgmlTensor Cpy(GgmlTensor a, GgmlTensor b)
    {
        Enter(1, a, b);
        Require(!b.IsReadOnly, "Cpy", "the second must be writable", a, b);
        bool blocks = a.IsQuantized() || b.IsQuantized();
        Require(blocks ? a.Shape == b.Shape : a.Shape.ElementCount == b.Shape.ElementCount, "Cpy",
            "both must have the same number of elements, and the same shape if one is quantized", a, b);
        Require(!blocks || b.IsContiguous() || (a.Type == b.Type && b.HasPackedRows()), "Cpy",
            "the destination of a quantized copy must be contiguous", a, b);
        RequireConversion("Cpy", a, b.Type);
        return Adopt(GgmlOperators.ggml_cpy(Handle, a.Native, b.Native), a, b);
    }

    /// <summary>A copy of a in which b replaces the elements of a layout, e.g. <c>a.Layout.Slice(1, 3, 2)</c>.</summary>
    /// <exception cref="TensorLayoutException">The tensors are not F32 or I32 of the same type, a is not contiguous, or the layout is
    /// outside a or does not have b's shape.</exception>
    public GgmlTensor Set(GgmlTensor a, GgmlTensor b, in TensorLayout place)
    {
        EnterPlace("Set", a, b, place);
        Require(a.Type is GgmlType.F32 or GgmlType.I32, "Set", "both must be f32 or i32", a, b);
        return Adopt(GgmlOperators.ggml_set(Handle, a.Native, b.Native, (nuint)place.Stride(1), (nuint)place.Stride(2),
            (nuint)place.Stride(3), (nuint)(place.Offset - a.Layout.Offset)), a, b);
    }

    /// <summary>A copy of a in which b is added to the elements of a layout.</summary>
    /// <exception cref="TensorLayoutException">The tensors are not F32, a is not contiguous, or the layout is outside a or does not have
    /// b's shape.</exception>
    public GgmlTensor Acc(GgmlTensor a, GgmlTensor b, in TensorLayout place)
    {
        EnterPlace("Acc", a, b, place);
        Require(a.IsFloat32(), "Acc", "both must be f32", a, b);
        return Adopt(GgmlOperators.ggml_acc(Handle, a.Native, b.Native, (nuint)place.Stride(1), (nuint)place.Stride(2),
            (nuint)place.Stride(3), (nuint)(place.Offset - a.Layout.Offset)), a, b);
    }

    /// <summary>Concatenates a and b along a dimension.</summary>
    /// <exception cref="TensorLayoutException">Types or other dimensions differ, the type is quantized or 64-bit, or rows are not
    /// packed.</exception>
    public GgmlTensor Concat(GgmlTensor a, GgmlTensor b, int dimension)
    {
        Enter(1, a, b);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)dimension, (uint)TensorShape.MaxRank - 1, nameof(dimension));
        Require(a.Type == b.Type && (a.IsFloat() || a.Type is GgmlType.I32 or GgmlType.I16 or GgmlType.I8),
            "Concat", "both must have the same unquantized type of at most 32 bits", a, b);
        Require(a.HasPackedRows() && b.HasPackedRows(), "Concat", "the rows must be packed", a, b);
        for (int i = 0; i < TensorShape.MaxRank; i++)
        {
            Require(i == dimension || a.Shape[i] == b.Shape[i], "Concat", $"the dimensions other than {dimension} must match", a, b);
        }

        Require(a.Shape[dimension] + b.Shape[dimension] <= int.MaxValue, "Concat", "the resulting dimension must be below 2^31", a, b);
        return Adopt(GgmlOperators.ggml_concat(Handle, a.Native, b.Native, dimension), a, b);
    }

    /// <summary>Repeats a along each dimension to a shape.</summary>
    /// <exception cref="TensorLayoutException">The shape is not a multiple of a's, the type is quantized or 64-bit, or rows are not
    /// packed.</exception>
    public GgmlTensor Repeat(GgmlTensor a, TensorShape shape)
    {
        Enter(1, a);
        RequireShape("Repeat", a.Type, shape);
        Require(a.IsFloat() || a.Type is GgmlType.I32 or GgmlType.I16, "Repeat", "there is no kernel for the type", a);
        Require(a.HasPackedRows() && a.Layout.CanRepeatTo(shape), "Repeat", $"a must have packed rows and be repeatable to {shape}", a);
        return Adopt(GgmlOperators.ggml_repeat_4d(Handle, a.Native, shape[0], shape[1], shape[2], shape[3]), a);
    }

    /// <summary>The gradient of <see cref="Repeat"/>: sums the repetitions in a to the shape of <paramref name="like"/>.</summary>
    /// <exception cref="TensorLayoutException">The shape of a is not a multiple of the other, or a is not F32 with packed rows.</exception>
    public GgmlTensor RepeatBack(GgmlTensor a, GgmlTensor like)
    {
        Enter(1, a, like);
        Require(a.IsFloat32() && a.HasPackedRows() && like.Layout.CanRepeatTo(a.Shape), "RepeatBack",
            "the first must be f32 with packed rows and a multiple of the second's shape", a, like);
        return Adopt(GgmlOperators.ggml_repeat_back(Handle, a.Native, like.Native), a);
    }

    private void EnterPlace(string operation, GgmlTensor a, GgmlTensor b, in TensorLayout place)
    {
        Enter(1, a, b);
        Require(a.Type == b.Type && a.Type == place.Type && a.IsContiguous() && b.HasPackedRows(), operation,
            "the first must be contiguous, the second have packed rows, and both the same type", a, b);
        long offset = place.Offset - a.Layout.Offset;
        bool inside = place.Shape == b.Shape && offset >= 0 && offset < 1 << 30 && place.ByteCount <= a.ByteCount - offset;
        Require(inside && place.Stride(0) == b.Layout.Stride(0) && offset % place.Stride(0) == 0, operation,
            $"{place} must be within the first and have the shape of the second", a, b);
        for (int i = 1; i < TensorShape.MaxRank; i++)
        {
            // ggml stores these values in 32 bits.
            Require(place.Stride(i) <= int.MaxValue && place.Stride(i) % place.Stride(0) == 0, operation,
                $"the strides of {place} must be whole elements and below 2^31 bytes", a, b);
        }
    }

    // ggml_compute_forward_dup (ops.cpp): the pairs of types with a kernel.
    private static void RequireConversion(string operation, GgmlTensor a, GgmlType type)
    {
        GgmlType from = a.Type;
        bool known = from == type
            || (a.IsFloat() && type is GgmlType.F32 or GgmlType.F16 or GgmlType.BF16)
            || (from, type) is (GgmlType.F32, GgmlType.I32) or (GgmlType.I32, GgmlType.F32)
            || (a.IsQuantized() && CanDequantize(from) && type == GgmlType.F32 && a.Shape.ElementCount <= uint.MaxValue)
            || (a.IsFloat() && a.HasPackedRows() && GgmlTypeInfo.Of(type).IsQuantized && CanWriteRows(type));
        Require(known, operation, $"there is no kernel for a copy to {GgmlTypeInfo.Of(type).Name} (quantizing requires packed rows)", a);
    }
}
