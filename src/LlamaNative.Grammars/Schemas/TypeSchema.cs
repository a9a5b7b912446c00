using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// The schema that System.Text.Json exports for a type, completed with the range of each integer type and of decimal, and with
/// the actual format of dates, times, bytes and characters.
/// </summary>
internal static class TypeSchema
{
    // Types without a nullable annotation, including the root type, are treated as non-nullable.
    private static readonly JsonSchemaExporterOptions s_options = new()
    {
        TransformSchemaNode = Transform,
        TreatNullObliviousAsNonNullable = true,
    };

    public static string Export(JsonTypeInfo typeInfo)
    {
        try
        {
            return typeInfo.GetJsonSchemaAsNode(s_options).ToJsonString();
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            throw new JsonSchemaException("", $"System.Text.Json exports no schema for {typeInfo.Type}: {error.Message}", error);
        }
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        Type type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (schema is not JsonObject keywords)
        {
            return schema;
        }

        if (RangeOf(type) is (decimal lowest, decimal highest) && keywords.ContainsKey("type"))
        {
            keywords["minimum"] = JsonNode.Parse(lowest.ToString(CultureInfo.InvariantCulture));
            keywords["maximum"] = JsonNode.Parse(highest.ToString(CultureInfo.InvariantCulture));
        }
        else if (PatternOf(type) is string pattern && keywords.ContainsKey("type"))
        {
            keywords.Remove("format");
            keywords["pattern"] = pattern;
        }

        return keywords;
    }

    private static (decimal Lowest, decimal Highest)? RangeOf(Type type) =>
        Type.GetTypeCode(type.IsEnum ? type.GetEnumUnderlyingType() : type) switch
        {
            TypeCode.SByte => (sbyte.MinValue, sbyte.MaxValue),
            TypeCode.Byte => (byte.MinValue, byte.MaxValue),
            TypeCode.Int16 => (short.MinValue, short.MaxValue),
            TypeCode.UInt16 => (ushort.MinValue, ushort.MaxValue),
            TypeCode.Int32 => (int.MinValue, int.MaxValue),
            TypeCode.UInt32 => (uint.MinValue, uint.MaxValue),
            TypeCode.Int64 => (long.MinValue, long.MaxValue),
            TypeCode.UInt64 => (ulong.MinValue, ulong.MaxValue),
            TypeCode.Decimal => (decimal.MinValue, decimal.MaxValue),
            _ => null,
        };

    // .NET's dates begin with year 1. DateTime may lack an offset and TimeOnly always does, so neither matches RFC 3339's date-time or
    // time. The exporter's pattern for TimeSpan allows hours and minutes up to 99.
    private static string? PatternOf(Type type) =>
        type == typeof(DateOnly) ? $"^{StringFormats.ClrDate}$"
        : type == typeof(DateTime) ? $"^{StringFormats.ClrDate}T{Clock}{Offset}?$"
        : type == typeof(DateTimeOffset) ? $"^{StringFormats.ClrDate}T{Clock}{Offset}$"
        : type == typeof(TimeOnly) ? $"^{Clock}$"
        : type == typeof(TimeSpan) ? $@"^-?(\d{{1,7}}\.)?{Clock}$"
        : type == typeof(char) ? @"^[\0-\uFFFF]$"
        : type == typeof(byte[]) || type == typeof(Memory<byte>) || type == typeof(ReadOnlyMemory<byte>)
            ? "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$"
        : null;

    // DateTimeOffset supports offsets up to 14 hours.
    private const string Offset = @"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)";

    private const string Clock = @"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?";
}
