namespace LlamaNative.Templates;

/// <summary>Python's <c>iter</c>, <c>len</c> and <c>list</c> for each type.</summary>
internal static class Iteration
{
    /// <summary>
    /// The elements in order. A list is returned itself, not copied, so that it may grow while a loop iterates over it.
    /// </summary>
    public static List<TemplateValue> Items(RenderBudget budget, in TemplateValue value) => value.Kind switch
    {
        ValueKind.Sequence => value.AsSequence.Items,
        ValueKind.Dictionary => Keys(budget, value.AsDictionary),
        ValueKind.String => Characters(budget, value.AsText),
        ValueKind.Undefined => [],
        _ => throw ValueError.NotIterable(value),
    };

    /// <summary>A new list of the elements.</summary>
    public static List<TemplateValue> Copy(RenderBudget budget, in TemplateValue value)
    {
        List<TemplateValue> items = Items(budget, value);
        budget.AllocateElements(items.Count);
        return [.. items];
    }

    public static bool IsIterable(in TemplateValue value) =>
        value.Kind is ValueKind.Sequence or ValueKind.Dictionary or ValueKind.String or ValueKind.Undefined;

    public static long Length(in TemplateValue value) => value.Kind switch
    {
        ValueKind.Sequence => value.AsSequence.Items.Count,
        ValueKind.Dictionary => value.AsDictionary.Count,
        ValueKind.String => CodePoints.Length(value.AsString),
        ValueKind.Undefined => 0,
        ValueKind.Object when value.AsObject.Length is { } length => length,
        _ => throw new TemplateError($"object of type '{value.TypeName}' has no len()"),
    };

    public static List<TemplateValue> Keys(RenderBudget budget, TemplateDictionary dictionary)
    {
        budget.AllocateElements(dictionary.Count);
        List<TemplateValue> keys = new(dictionary.Count);
        for (int i = 0; i < dictionary.Count; i++)
        {
            keys.Add(dictionary.KeyAt(i));
        }

        return keys;
    }

    public static List<TemplateValue> Values(RenderBudget budget, TemplateDictionary dictionary)
    {
        budget.AllocateElements(dictionary.Count);
        List<TemplateValue> values = new(dictionary.Count);
        for (int i = 0; i < dictionary.Count; i++)
        {
            values.Add(dictionary.ValueAt(i));
        }

        return values;
    }

    /// <summary>The (key, value) pairs of a dictionary.</summary>
    public static List<TemplateValue> Pairs(RenderBudget budget, TemplateDictionary dictionary)
    {
        budget.AllocateElements(6L * dictionary.Count);
        List<TemplateValue> pairs = new(dictionary.Count);
        for (int i = 0; i < dictionary.Count; i++)
        {
            pairs.Add(TemplateSequence.Tuple(dictionary.KeyAt(i), dictionary.ValueAt(i)));
        }

        return pairs;
    }

    private static List<TemplateValue> Characters(RenderBudget budget, TracedText text)
    {
        budget.AllocateElements(2L * text.Length);
        List<TemplateValue> characters = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int width = CodePoints.WidthAt(text.Text, i);
            characters.Add(text.Slice(i, width));
            i += width;
        }

        return characters;
    }
}
