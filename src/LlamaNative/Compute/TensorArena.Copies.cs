using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Copies: into order, into another type, into another tensor, joined or repeated.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>a in order without gaps, as a new tensor.</summary>
    public GgmlTensor Cont(GgmlTensor a)
    {
        Enter(1, a);
        return Adopt(GgmlOperators.ggml_cont(Handle, a.Native), a);
    }

    /// <summary>A copy of a, contiguous.</summary>
    public GgmlTensor Dup(GgmlTensor a)
    {
        Enter(1, a);
        return Adopt(GgmlOperators.ggml_dup(Handle, a.Native), a);
    }

    /// <summary>a in another type, contiguous: floats to each other and to quantized types and back, F32 to I32 and back.</summary>
    /// <exception cref="TensorLayoutException">A pair of types without a kernel, or rows that are not whole blocks of the new
    /// type.</exception>
    public GgmlTensor Cast(GgmlTensor a, GgmlType type)
    {
        Enter(1, a);
        RequireShape("Cast", type, a.Shape);
        RequireConversion("Cast", a, type);
        return Adopt(GgmlOperators.ggml_cast(Handle, a.Native, type), a);
    }

    /// <summary>Copies a over b's data, converting to b's type; the result is b itself.</summary>
    /// <exception cref="TensorLayoutException">Different numbers of elements, different shapes where a quantized type is involved, a pair
    /// of types without a kernel, or a read-only b.</exception>
    public GgmlTensor Cpy(GgmlTensor a, GgmlTensor b)
    {
        Enter(1, a, b);
        Require(!b.IsReadOnly, "Cpy", "the second is read-only", a, b);
        bool blocks = a.IsQuantized() || b.IsQuantized();
        Require(blocks ? a.Shape == b.Shape : a.Shape.ElementCount == b.Shape.ElementCount, "Cpy",
            "both must have one number of elements, and one shape where one is quantized", a, b);
        Require(!blocks || b.IsContiguous() || (a.Type == b.Type && b.HasPackedRows()), "Cpy",
            "a quantized copy needs a contiguous destination", a, b);
        RequireConversion("Cpy", a, b.Type);
        return Adopt(GgmlOperators.ggml_cpy(Handle, a.Native, b.Native), a, b);
    }

    /// <summary>A copy of a with b in the place that a layout describes, e.g. <c>a.Layout.Slice(1, 3, 2)</c>.</summary>
    /// <exception cref="TensorLayoutException">Not contiguous F32 or I32 tensors of one type, or a place outside a or of another shape than
    /// b.</exception>
    public GgmlTensor Set(GgmlTensor a, GgmlTensor b, in TensorLayout place)
    {
        EnterPlace("Set", a, b, place);
        Require(a.Type is GgmlType.F32 or GgmlType.I32, "Set", "both must be f32 or i32", a, b);
        return Adopt(GgmlOperators.ggml_set(Handle, a.Native, b.Native, (nuint)place.Stride(1), (nuint)place.Stride(2),
            (nuint)place.Stride(3), (nuint)(place.Offset - a.Layout.Offset)), a, b);
    }

    /// <summary>A copy of a with b added in the place that a layout describes.</summary>
    /// <exception cref="TensorLayoutException">Not contiguous F32 tensors, or a place outside a or of another shape than b.</exception>
    public GgmlTensor Acc(GgmlTensor a, GgmlTensor b, in TensorLayout place)
    {
        EnterPlace("Acc", a, b, place);
        Require(a.IsFloat32(), "Acc", "both must be f32", a, b);
        return Adopt(GgmlOperators.ggml_acc(Handle, a.Native, b.Native, (nuint)place.Stride(1), (nuint)place.Stride(2),
            (nuint)place.Stride(3), (nuint)(place.Offset - a.Layout.Offset)), a, b);
    }

    /// <summary>a followed by b along a dimension.</summary>
    /// <exception cref="TensorLayoutException">Different types or other dimensions, a quantized or 64-bit type, or rows that are not
    /// packed.</exception>
    public GgmlTensor Concat(GgmlTensor a, GgmlTensor b, int dimension)
    {
        Enter(1, a, b);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)dimension, (uint)TensorShape.MaxRank - 1, nameof(dimension));
        Require(a.Type == b.Type && (a.IsFloat() || a.Type is GgmlType.I32 or GgmlType.I16 or GgmlType.I8),
            "Concat", "both must have one type of at most 32 bits", a, b);
        Require(a.HasPackedRows() && b.HasPackedRows(), "Concat", "the rows must be packed", a, b);
        for (int i = 0; i < TensorShape.MaxRank; i++)
        {
            Require(i == dimension || a.Shape[i] == b.Shape[i], "Concat", $"the dimensions other than {dimension} must agree", a, b);
        }

        Require(a.Shape[dimension] + b.Shape[dimension] <= int.MaxValue, "Concat", "the joined dimension must stay below 2^31", a, b);
        return Adopt(GgmlOperators.ggml_concat(Handle, a.Native, b.Native, dimension), a, b);
    }

    /// <summary>a repeated whole times along each dimension up to a shape.</summary>
    /// <exception cref="TensorLayoutException">The shape is no multiple of a's, the type is quantized or 64-bit, or the rows are not
    /// packed.</exception>
    public GgmlTensor Repeat(GgmlTensor a, TensorShape shape)
    {
        Enter(1, a);
        RequireShape("Repeat", a.Type, shape);
        Require(a.IsFloat() || a.Type is GgmlType.I32 or GgmlType.I16, "Repeat", "the type has no kernel", a);
        Require(a.HasPackedRows() && a.Layout.CanRepeatTo(shape), "Repeat", $"a must have packed rows and repeat to {shape}", a);
        return Adopt(GgmlOperators.ggml_repeat_4d(Handle, a.Native, shape[0], shape[1], shape[2], shape[3]), a);
    }

    /// <summary>The gradient of <see cref="Repeat"/>: the repetitions in a added up to the shape of <paramref name="like"/>.</summary>
    /// <exception cref="TensorLayoutException">a is no multiple of the other shape, or not F32 with packed rows.</exception>
    public GgmlTensor RepeatBack(GgmlTensor a, GgmlTensor like)
    {
        Enter(1, a, like);
        Require(a.IsFloat32() && a.HasPackedRows() && like.Layout.CanRepeatTo(a.Shape), "RepeatBack",
            "the first must be f32 with packed rows and a repetition of the second", a, like);
        return Adopt(GgmlOperators.ggml_repeat_back(Handle, a.Native, like.Native), a);
    }

    private void EnterPlace(string operation, GgmlTensor a, GgmlTensor b, in TensorLayout place)
    {
        Enter(1, a, b);
        Require(a.Type == b.Type && a.Type == place.Type && a.IsContiguous() && b.HasPackedRows(), operation,
            "the first must be contiguous, the second have packed rows, and both one type", a, b);
        long offset = place.Offset - a.Layout.Offset;
        bool inside = place.Shape == b.Shape && offset >= 0 && offset < 1 << 30 && place.ByteCount <= a.ByteCount - offset;
        Require(inside && place.Stride(0) == b.Layout.Stride(0) && offset % place.Stride(0) == 0, operation,
            $"{place} must lie in the first and have the shape of the second", a, b);
        for (int i = 1; i < TensorShape.MaxRank; i++)
        {
            // ggml keeps these numbers in 32 bits.
            Require(place.Stride(i) <= int.MaxValue && place.Stride(i) % place.Stride(0) == 0, operation,
                $"{place} must have strides of whole elements below 2^31 bytes", a, b);
        }
    }

    // ggml_compute_forward_dup (ops.cpp): the pairs of types that have a kernel.
    private static void RequireConversion(string operation, GgmlTensor a, GgmlType type)
    {
        GgmlType from = a.Type;
        bool known = from == type
            || (a.IsFloat() && type is GgmlType.F32 or GgmlType.F16 or GgmlType.BF16)
            || (from, type) is (GgmlType.F32, GgmlType.I32) or (GgmlType.I32, GgmlType.F32)
            || (a.IsQuantized() && CanDequantize(from) && type == GgmlType.F32 && a.Shape.ElementCount <= uint.MaxValue)
            || (a.IsFloat() && a.HasPackedRows() && GgmlTypeInfo.Of(type).IsQuantized && CanWriteRows(type));
        Require(known, operation, $"there is no kernel to {GgmlTypeInfo.Of(type).Name} (to a quantized type only from packed rows)", a);
    }
}
