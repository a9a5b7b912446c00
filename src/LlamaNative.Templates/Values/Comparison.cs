namespace LlamaNative.Templates;

/// <summary>Python's <c>==</c>, <c>&lt;</c> and <c>in</c>.</summary>
internal static class Comparison
{
    public static bool AreEqual(RenderBudget budget, in TemplateValue left, in TemplateValue right)
    {
        budget.Step();
        if (left.IsNumber && right.IsNumber)
        {
            return CompareNumbers(left, right) == 0;
        }

        if (left.Kind != right.Kind)
        {
            return false;
        }

        switch (left.Kind)
        {
            case ValueKind.String:
                budget.Scan(left.AsString.Length);
                return left.AsString == right.AsString;
            case ValueKind.Sequence:
                return SequencesEqual(budget, left.AsSequence, right.AsSequence);
            case ValueKind.Dictionary:
                return DictionariesEqual(budget, left.AsDictionary, right.AsDictionary);
            case ValueKind.Object:
                return ReferenceEquals(left.AsObject, right.AsObject);
            default:
                return true;
        }
    }

    /// <summary>Compares two values; throws for types that Python cannot order.</summary>
    public static int Order(RenderBudget budget, in TemplateValue left, in TemplateValue right, string operation = "<")
    {
        budget.Step();
        if (left.IsNumber && right.IsNumber)
        {
            // NaN is unordered; callers to which this matters use OrderHolds.
            return CompareNumbers(left, right) ?? 0;
        }

        if (left.IsString && right.IsString)
        {
            budget.Scan(left.AsString.Length);
            return CodePoints.Compare(left.AsString, right.AsString);
        }

        if (left.IsSequence && right.IsSequence && SameSequenceType(left.AsSequence, right.AsSequence) && left.AsSequence.IsIndexable)
        {
            return OrderSequences(budget, left.AsSequence.Items, right.AsSequence.Items, operation);
        }

        if (left.IsUndefined || right.IsUndefined)
        {
            throw ValueError.Undefined(left.IsUndefined ? left : right);
        }

        throw new TemplateError($"'{operation}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
    }

    /// <summary>Whether <c>left operation right</c> holds for one of &lt;, &lt;=, &gt;, &gt;=.</summary>
    public static bool OrderHolds(RenderBudget budget, in TemplateValue left, in TemplateValue right, string operation)
    {
        if (left.IsNumber && right.IsNumber && CompareNumbers(left, right) is null)
        {
            return false;
        }

        int order = Order(budget, left, right, operation);
        return operation switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    public static bool Contains(RenderBudget budget, in TemplateValue container, in TemplateValue item)
    {
        switch (container.Kind)
        {
            case ValueKind.String:
                if (!item.IsString)
                {
                    throw new TemplateError($"'in <string>' requires string as left operand, not {item.TypeName}");
                }

                budget.Scan(container.AsString.Length);
                return container.AsString.Contains(item.AsString, StringComparison.Ordinal);
            case ValueKind.Dictionary:
                return container.AsDictionary.TryGet(DictionaryKey.From(budget, item), out _);
            case ValueKind.Sequence:
                return IndexOf(budget, container.AsSequence.Items, item) >= 0;
            case ValueKind.Undefined:
                return false;
            default:
                throw new TemplateError($"argument of type '{container.TypeName}' is not iterable");
        }
    }

    public static int IndexOf(RenderBudget budget, List<TemplateValue> items, in TemplateValue item, int start = 0)
    {
        for (int i = start; i < items.Count; i++)
        {
            if (AreEqual(budget, items[i], item))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Null if one of the values is NaN.</summary>
    private static int? CompareNumbers(in TemplateValue left, in TemplateValue right)
    {
        if (left.Kind == ValueKind.Float || right.Kind == ValueKind.Float)
        {
            double a = left.ToDouble();
            double b = right.ToDouble();
            return double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
        }

        return left.Kind == ValueKind.BigInteger || right.Kind == ValueKind.BigInteger
            ? left.AsBigInteger.CompareTo(right.AsBigInteger)
            : left.AsInteger.CompareTo(right.AsInteger);
    }

    private static bool SameSequenceType(TemplateSequence left, TemplateSequence right) =>
        left.Kind == right.Kind || (left.IsTuple && right.IsTuple);

    private static bool SequencesEqual(RenderBudget budget, TemplateSequence left, TemplateSequence right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (!SameSequenceType(left, right) || left.Items.Count != right.Items.Count)
        {
            return false;
        }

        RenderBudget.EnsureStack();
        for (int i = 0; i < left.Items.Count; i++)
        {
            if (!AreEqual(budget, left.Items[i], right.Items[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool DictionariesEqual(RenderBudget budget, TemplateDictionary left, TemplateDictionary right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left.Count != right.Count)
        {
            return false;
        }

        RenderBudget.EnsureStack();
        for (int i = 0; i < left.Count; i++)
        {
            if (!right.TryGet(left.HashKeyAt(i), out TemplateValue other) || !AreEqual(budget, left.ValueAt(i), other))
            {
                return false;
            }
        }

        return true;
    }

    private static int OrderSequences(RenderBudget budget, List<TemplateValue> left, List<TemplateValue> right, string operation)
    {
        RenderBudget.EnsureStack();
        int common = Math.Min(left.Count, right.Count);
        for (int i = 0; i < common; i++)
        {
            if (!AreEqual(budget, left[i], right[i]))
            {
                return Order(budget, left[i], right[i], operation);
            }
        }

        return left.Count.CompareTo(right.Count);
    }
}
