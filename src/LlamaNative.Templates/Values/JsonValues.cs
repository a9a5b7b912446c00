using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace LlamaNative.Templates;

/// <summary>
/// Reads JSON like Python's json.loads: keys in order, the last of duplicate keys wins, arbitrary-precision integers.
/// </summary>
internal static class JsonValues
{
    // Python's limit; longer digit strings take quadratic time.
    private const int MaxDigits = 4300;

    /// <param name="element">A JSON object.</param>
    /// <param name="trusted">Members that count as template text; all others are input.</param>
    public static TemplateDictionary FromObject(JsonElement element, IReadOnlyCollection<string> trusted)
    {
        try
        {
            TemplateDictionary variables = new();
            foreach (JsonProperty property in element.EnumerateObject())
            {
                variables.Set(property.Name, From(property.Value, !trusted.Contains(property.Name)));
            }

            return variables;
        }
        catch (InvalidOperationException error) when (error is not ObjectDisposedException)
        {
            // JsonElement throws this for the escape of a lone surrogate.
            throw new TemplateError("a string in the variables is not valid Unicode: " + error.Message);
        }
    }

    private static TemplateValue From(JsonElement element, bool isInput)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                RenderBudget.EnsureStack();
                TemplateDictionary dictionary = new();
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    DictionaryKey key = isInput ? DictionaryKey.Input(property.Name) : new DictionaryKey(property.Name);
                    dictionary.Set(key, From(property.Value, isInput));
                }

                return dictionary;
            case JsonValueKind.Array:
                RenderBudget.EnsureStack();
                List<TemplateValue> items = new(element.GetArrayLength());
                foreach (JsonElement item in element.EnumerateArray())
                {
                    items.Add(From(item, isInput));
                }

                return TemplateSequence.List(items);
            case JsonValueKind.String:
                string text = element.GetString()!;
                return isInput ? TracedText.Input(text) : text;
            case JsonValueKind.Number:
                return Scalar(Number(element));
            case JsonValueKind.True or JsonValueKind.False:
                return Scalar(element.GetBoolean());
            default:
                return Scalar(TemplateValue.None);
        }

        TemplateValue Scalar(in TemplateValue value) => isInput ? value.AsInput() : value;
    }

    private static TemplateValue Number(JsonElement element)
    {
        if (element.TryGetInt64(out long small))
        {
            // "1.0" is a float although it is integral.
            return small;
        }

        string text = element.GetRawText();
        bool isInteger = text.AsSpan().IndexOfAny(".eE") < 0;
        return !isInteger ? element.GetDouble()
            : text.Length <= MaxDigits ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
            : throw new TemplateError($"an integer in the variables has more than {MaxDigits} digits");
    }
}
