using System.Numerics;

namespace LlamaNative.Templates;

/// <summary>Python's <c>x[start:stop:step]</c>.</summary>
internal static class Slicing
{
    public static TemplateValue Slice(RenderBudget budget, in TemplateValue target, in TemplateValue start,
        in TemplateValue stop, in TemplateValue step)
    {
        switch (target.Kind)
        {
            case ValueKind.String:
                return SliceText(budget, target.AsText, start, stop, step);
            case ValueKind.Sequence when target.AsSequence.IsIndexable || target.AsSequence.Kind == SequenceKind.Generator:
                TemplateSequence sequence = target.AsSequence;
                List<TemplateValue> sliced = [];
                foreach (int index in Indices(budget, sequence.Items.Count, start, stop, step))
                {
                    sliced.Add(sequence.Items[index]);
                }

                return new TemplateSequence(sequence.IsTuple ? SequenceKind.Tuple : SequenceKind.List, sliced);
            case ValueKind.Undefined:
                throw ValueError.Undefined(target);
            default:
                throw new TemplateError($"'{target.TypeName}' object is not subscriptable by a slice");
        }
    }

    private static TemplateValue SliceText(RenderBudget budget, TracedText traced, in TemplateValue start,
        in TemplateValue stop, in TemplateValue step)
    {
        string text = traced.Text;
        budget.Scan(text.Length);
        int length = CodePoints.Length(text);
        bool forward = step.IsNone || (step.Kind == ValueKind.Integer && step.AsInteger == 1);
        if (forward)
        {
            (long from, long to, _) = Bounds(length, start, stop, 1);
            if (to <= from)
            {
                return TemplateValue.EmptyString;
            }

            int begin = CodePoints.OffsetOf(text, (int)from);
            int end = CodePoints.OffsetOf(text, (int)to);
            budget.AllocateText(end - begin);
            return traced[begin..end];
        }

        List<TemplateValue> characters = Iteration.Items(budget, traced);
        OutputBuffer sliced = new(budget);
        foreach (int index in Indices(budget, length, start, stop, step))
        {
            sliced.Append(characters[index].AsText);
        }

        return sliced.ToText();
    }

    private static List<int> Indices(RenderBudget budget, int length, in TemplateValue start, in TemplateValue stop, in TemplateValue step)
    {
        long stride = step.IsNone ? 1 : Bound(step);
        if (stride == 0)
        {
            throw new TemplateError("slice step cannot be zero");
        }

        (long from, long to, long by) = Bounds(length, start, stop, stride);
        List<int> indices = [];
        for (long i = from; by > 0 ? i < to : i > to; i += by)
        {
            budget.AllocateElements(1);
            indices.Add((int)i);
        }

        return indices;
    }

    /// <summary>
    /// Mirrors CPython's PySlice_AdjustIndices: negative bounds count from the end, all are clamped to the length.
    /// </summary>
    private static (long From, long To, long By) Bounds(int length, in TemplateValue start, in TemplateValue stop, long stride)
    {
        long lowest = stride > 0 ? 0 : -1;
        long highest = stride > 0 ? length : length - 1;
        long from = start.IsNone ? (stride > 0 ? lowest : highest) : Clamp(Bound(start));
        long to = stop.IsNone ? (stride > 0 ? highest : lowest) : Clamp(Bound(stop));
        return (from, to, stride);

        long Clamp(long bound) => Math.Clamp(bound < 0 ? bound + length : bound, lowest, highest);
    }

    private static long Bound(in TemplateValue value)
    {
        if (!value.IsIntegral)
        {
            throw new TemplateError("slice indices must be integers or None");
        }

        // Large enough for any index, small enough that sums and steps cannot overflow.
        return (long)BigInteger.Min(BigInteger.Max(value.AsBigInteger, -(1L << 40)), 1L << 40);
    }
}
