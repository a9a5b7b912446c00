using System.Globalization;

namespace LlamaNative.Templates;

/// <summary>
/// Attribute and subscript access with Jinja2's resolution order: <c>a.b</c> tries the attribute (a method) and then the
/// element, <c>a['b']</c> the element and then the attribute; otherwise the result is undefined.
/// </summary>
internal static class Access
{
    public static TemplateValue Attribute(RenderState state, in TemplateValue target, string name)
    {
        if (target.IsUndefined)
        {
            throw ValueError.Undefined(target);
        }

        TemplateValue attribute = OwnAttribute(state, target, name);
        return !attribute.IsMissing ? attribute
            : target.IsDictionary && target.AsDictionary.TryGet(name, out TemplateValue element) ? element
            : TemplateValue.UndefinedAttribute(new MissingAttribute(target.TypeName, name));
    }

    public static TemplateValue Item(RenderState state, in TemplateValue target, in TemplateValue key)
    {
        switch (target.Kind)
        {
            case ValueKind.Undefined:
                throw ValueError.Undefined(target);
            case ValueKind.Dictionary:
                state.Budget.Scan(key.IsString ? key.AsString.Length : 0);
                if (key.IsString
                    ? target.AsDictionary.TryGet(key.AsString, out TemplateValue value)
                    : TryLookup(state, target.AsDictionary, key, out value))
                {
                    return value;
                }

                break;
            case ValueKind.Sequence when target.AsSequence.IsIndexable && TryIndex(key, target.AsSequence.Items.Count, out int index):
                return target.AsSequence.Items[index];
            case ValueKind.String when IsIndex(key):
                string text = target.AsString;
                state.Budget.Scan(text.Length);
                if (TryIndex(key, CodePoints.Length(text), out int character))
                {
                    int offset = CodePoints.OffsetOf(text, character);
                    return target.AsText.Slice(offset, CodePoints.WidthAt(text, offset));
                }

                break;
        }

        if (key.IsString)
        {
            TemplateValue attribute = OwnAttribute(state, target, key.AsString);
            return attribute.IsMissing ? TemplateValue.UndefinedAttribute(new MissingAttribute(target.TypeName, key.AsString)) : attribute;
        }

        return TemplateValue.UndefinedBecause($"{target.TypeName} object has no element {PythonRepr.Of(state.Budget, key)}");
    }

    /// <summary>Resolves a filter's attribute path such as <c>function.name</c> or <c>0.id</c>.</summary>
    public static TemplateValue Path(RenderState state, in TemplateValue target, in TemplateValue path)
    {
        if (!path.IsString)
        {
            return path.IsNone || path.IsMissing ? target : Item(state, target, path);
        }

        TemplateValue current = target;
        foreach (string part in path.AsString.Split('.'))
        {
            bool isNumber = part.Length > 0 && part.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
            current = isNumber && long.TryParse(part, CultureInfo.InvariantCulture, out long index)
                ? Item(state, current, index)
                : Item(state, current, part);
        }

        return current;
    }

    /// <summary>Methods, and attributes of objects; missing if the type has no such attribute.</summary>
    public static TemplateValue OwnAttribute(RenderState state, in TemplateValue target, string name)
    {
        if (target.Kind == ValueKind.Object)
        {
            return target.AsObject.GetAttribute(name);
        }

        if (target.IsSequence && target.AsSequence.Kind == SequenceKind.Group && name is "grouper" or "list")
        {
            return target.AsSequence.Items[name == "grouper" ? 0 : 1];
        }

        return Methods.Find(target, name) is { } method ? new BoundMethod(method, target) : default(TemplateValue);
    }

    private static bool TryLookup(RenderState state, TemplateDictionary dictionary, in TemplateValue key, out TemplateValue value)
    {
        value = default;

        // Python raises TypeError for an unhashable key, which Jinja2 converts to undefined.
        bool isHashable = key.Kind is not ValueKind.Dictionary && (!key.IsSequence || key.AsSequence.IsTuple);
        return isHashable && dictionary.TryGet(DictionaryKey.From(state.Budget, key), out value);
    }

    private static bool IsIndex(in TemplateValue key) => key.Kind is ValueKind.Integer or ValueKind.Boolean;

    private static bool TryIndex(in TemplateValue key, int length, out int index)
    {
        index = 0;
        if (!IsIndex(key))
        {
            return false;
        }

        long position = key.AsInteger < 0 ? key.AsInteger + length : key.AsInteger;
        index = (int)Math.Clamp(position, -1, length);
        return index >= 0 && index < length;
    }
}
