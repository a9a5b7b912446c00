using System.Globalization;
using System.Text.Json;
using LlamaNative.Gguf;

namespace LlamaNative.Cli.Terminal;

/// <summary>Metadata values as JSON, and as a human-readable line.</summary>
internal static class GgufJson
{
    public static void Write(Utf8JsonWriter json, GgufValue value)
    {
        switch (value.Type)
        {
            case GgufValueType.String:
                json.WriteStringValue(value.GetString());
                break;
            case GgufValueType.Bool:
                json.WriteBooleanValue(value.GetBoolean());
                break;
            case GgufValueType.Float32:
                WriteNumber(json, value.GetSingle(), value.GetSingle().ToString("R", CultureInfo.InvariantCulture));
                break;
            case GgufValueType.Float64:
                WriteNumber(json, value.Get<double>(), value.Get<double>().ToString("R", CultureInfo.InvariantCulture));
                break;
            case GgufValueType.UInt64:
                json.WriteNumberValue(value.Get<ulong>());
                break;
            case GgufValueType.Array:
                WriteArray(json, value);
                break;
            default:
                json.WriteNumberValue(value.GetInteger());
                break;
        }
    }

    /// <summary>The value on one line; for an array its type, length and first elements.</summary>
    public static string Describe(GgufValue value, int shownElements)
    {
        if (value.Type != GgufValueType.Array)
        {
            string text = value.ToString().ReplaceLineEndings("\\n");
            return text.Length > 200 ? text[..200] + "…" : text;
        }

        string elements = value.ElementType switch
        {
            GgufValueType.String => string.Join(", ",
                value.GetStrings().Take(shownElements).Select(text => $"'{text.ReplaceLineEndings("\\n")}'")),
            GgufValueType.Array => "…",
            _ => string.Join(", ", Numbers(value).Take(shownElements)),
        };
        return $"[{value.ElementType} × {value.Count}] {elements}{(value.Count > shownElements ? ", …" : "")}";
    }

    private static void WriteArray(Utf8JsonWriter json, GgufValue value)
    {
        json.WriteStartArray();
        switch (value.ElementType)
        {
            case GgufValueType.String:
                foreach (string text in value.GetStrings())
                {
                    json.WriteStringValue(text);
                }

                break;
            case GgufValueType.Array:
                foreach (GgufValue array in value.GetArrays())
                {
                    WriteArray(json, array);
                }

                break;
            default:
                foreach (string number in Numbers(value))
                {
                    json.WriteRawValue(number is "NaN" or "Infinity" or "-Infinity" ? "null" : number);
                }

                break;
        }

        json.WriteEndArray();
    }

    /// <summary>The elements of an array of numbers or booleans in JSON syntax.</summary>
    private static IEnumerable<string> Numbers(GgufValue value) => value.ElementType switch
    {
        GgufValueType.UInt8 => Texts<byte>(value),
        GgufValueType.Int8 => Texts<sbyte>(value),
        GgufValueType.UInt16 => Texts<ushort>(value),
        GgufValueType.Int16 => Texts<short>(value),
        GgufValueType.UInt32 => Texts<uint>(value),
        GgufValueType.Int32 => Texts<int>(value),
        GgufValueType.UInt64 => Texts<ulong>(value),
        GgufValueType.Int64 => Texts<long>(value),
        GgufValueType.Float32 => Texts<float>(value),
        GgufValueType.Float64 => Texts<double>(value),
        _ => value.GetArray<bool>().Select(truth => truth ? "true" : "false"),
    };

    private static IEnumerable<string> Texts<T>(GgufValue value)
        where T : unmanaged, IFormattable =>
        value.GetArray<T>().Select(number =>
            number.ToString(typeof(T) == typeof(float) || typeof(T) == typeof(double) ? "R" : null, CultureInfo.InvariantCulture));

    private static void WriteNumber(Utf8JsonWriter json, double value, string text)
    {
        if (double.IsFinite(value))
        {
            json.WriteRawValue(text);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
