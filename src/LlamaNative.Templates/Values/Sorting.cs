namespace LlamaNative.Templates;

/// <summary>
/// Python's stable sort, as a merge sort over precomputed keys. .NET's in-place sorts are not stable and wrap exceptions thrown
/// by comparisons.
/// </summary>
internal static class Sorting
{
    /// <summary>Sorts items by their keys; equal elements keep their order, even in descending order.</summary>
    public static List<TemplateValue> Sort(RenderBudget budget, List<TemplateValue> items,
        Func<TemplateValue, TemplateValue> key, bool descending)
    {
        budget.AllocateElements(4L * items.Count);
        (TemplateValue Key, TemplateValue Item)[] source = new (TemplateValue, TemplateValue)[items.Count];
        for (int i = 0; i < source.Length; i++)
        {
            source[i] = (key(items[i]), items[i]);
        }

        var target = new (TemplateValue Key, TemplateValue Item)[source.Length];
        for (int width = 1; width < source.Length; width *= 2)
        {
            for (int start = 0; start < source.Length; start += 2 * width)
            {
                int middle = Math.Min(start + width, source.Length);
                int end = Math.Min(start + (2 * width), source.Length);
                Merge(start, middle, end);
            }

            (source, target) = (target, source);
        }

        List<TemplateValue> sorted = new(source.Length);
        foreach ((_, TemplateValue item) in source)
        {
            sorted.Add(item);
        }

        return sorted;

        void Merge(int start, int middle, int end)
        {
            int left = start;
            int right = middle;
            for (int i = start; i < end; i++)
            {
                bool takeRight = left == middle || (right < end && RightFirst(source[left].Key, source[right].Key));
                target[i] = takeRight ? source[right++] : source[left++];
            }
        }

        bool RightFirst(in TemplateValue left, in TemplateValue right) =>
            descending ? Comparison.Order(budget, left, right) < 0 : Comparison.Order(budget, right, left) < 0;
    }
}
