using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace LlamaNative.Chat.Templates;

/// <summary>JSON as Python's json.loads reads it: keys in order, the last of equal keys wins, integers of any size.</summary>
internal static class JsonValues
{
    // What Python converts, too; longer digit strings take quadratic time.
    private const int MaxDigits = 4300;

    public static TemplateDictionary FromObject(JsonElement element)
    {
        try
        {
            return From(element).AsDictionary;
        }
        catch (InvalidOperationException error) when (error is not ObjectDisposedException)
        {
            // What JsonElement throws for the escape of half a surrogate pair.
            throw new TemplateError("a string in the variables is no valid Unicode: " + error.Message);
        }
    }

    private static TemplateValue From(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                RenderBudget.EnsureStack();
                TemplateDictionary dictionary = new();
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    dictionary.Set(property.Name, From(property.Value));
                }

                return dictionary;
            case JsonValueKind.Array:
                RenderBudget.EnsureStack();
                List<TemplateValue> items = new(element.GetArrayLength());
                foreach (JsonElement item in element.EnumerateArray())
                {
                    items.Add(From(item));
                }

                return TemplateSequence.List(items);
            case JsonValueKind.String:
                return element.GetString()!;
            case JsonValueKind.Number:
                return Number(element);
            case JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean();
            default:
                return TemplateValue.None;
        }
    }

    private static TemplateValue Number(JsonElement element)
    {
        if (element.TryGetInt64(out long small))
        {
            // "1.0" is a float although it is whole.
            return small;
        }

        string text = element.GetRawText();
        bool isInteger = text.AsSpan().IndexOfAny(".eE") < 0;
        return !isInteger ? element.GetDouble()
            : text.Length <= MaxDigits ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
            : throw new TemplateError($"an integer in the variables has more than {MaxDigits} digits");
    }
}
