using System.Diagnostics;
using System.Globalization;
using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>
/// A metadata value that replaces the file's when a model is loaded: an integer, floating-point number, bool or short string.
/// </summary>
public sealed record MetadataOverride
{
    private const string OptionName = "MetadataOverrides"; // the name in all options records
    private readonly object _value;

    // Callers cast to object; otherwise the implicit conversions below would select the record's copy constructor and recurse.
    private MetadataOverride(object value) => _value = value;

    /// <summary>Creates an integer value.</summary>
    public static implicit operator MetadataOverride(long value) => FromInt64(value);

    /// <summary>Creates a floating-point value.</summary>
    public static implicit operator MetadataOverride(double value) => FromDouble(value);

    /// <summary>Creates a Boolean value.</summary>
    public static implicit operator MetadataOverride(bool value) => FromBoolean(value);

    /// <summary>Creates a string value of at most 127 bytes of UTF-8.</summary>
    public static implicit operator MetadataOverride(string value) => FromString(value);

    /// <summary>Creates an integer value.</summary>
    public static MetadataOverride FromInt64(long value) => new((object)value);

    /// <summary>Creates a floating-point value.</summary>
    public static MetadataOverride FromDouble(double value) => new((object)value);

    /// <summary>Creates a Boolean value.</summary>
    public static MetadataOverride FromBoolean(bool value) => new((object)value);

    /// <summary>Creates a string value of at most 127 bytes of UTF-8.</summary>
    public static MetadataOverride FromString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new((object)value);
    }

    /// <inheritdoc/>
    public override string ToString() => _value switch
    {
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(_value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Returns the file with these overrides applied as llama.cpp applies them. It shares the file's mapping.</summary>
    internal static GgufFile Apply(IReadOnlyDictionary<string, MetadataOverride> overrides, GgufFile file)
    {
        var values = new Dictionary<string, GgufValue>();
        foreach ((string key, MetadataOverride value) in overrides)
        {
            values[key] = value.ToValue(file.Metadata.GetValueOrDefault(key));
        }

        return file.With(values);
    }

    /// <summary>Rejects keys and values that exceed the native limits.</summary>
    internal static void Validate(IReadOnlyDictionary<string, MetadataOverride> overrides)
    {
        foreach ((string key, MetadataOverride? value) in OptionCheck.NotNull(overrides, OptionName))
        {
            _ = (value ?? throw OptionCheck.Invalid($"The metadata override '{key}' has no value.", OptionName)).ToNative(key);
        }
    }

    /// <summary>
    /// Returns the value with which llama.cpp replaces <paramref name="present"/>, or <paramref name="present"/> if the types differ.
    /// </summary>
    internal GgufValue ToValue(GgufValue? present)
    {
        GgufValue value = _value switch
        {
            long integer => OfInteger(integer, present?.Type ?? GgufValueType.UInt32),
            double number => GgufValue.Of((float)number),
            bool truth => GgufValue.Of(truth),
            string text => GgufValue.Of(text),
            _ => throw new UnreachableException(),
        };
        return present is null || present.Type == value.Type ? value : present;
    }

    internal unsafe llama_model_kv_override ToNative(string key)
    {
        var native = default(llama_model_kv_override);
        Write(key, native.key, "key");
        switch (_value)
        {
            case long integer:
                native.tag = LlamaModelKvOverrideType.Int;
                native.val_i64 = integer;
                break;
            case double number:
                native.tag = LlamaModelKvOverrideType.Float;
                native.val_f64 = number;
                break;
            case bool truth:
                native.tag = LlamaModelKvOverrideType.Bool;
                native.val_bool = truth ? (byte)1 : (byte)0;
                break;
            case string text:
                native.tag = LlamaModelKvOverrideType.Str;
                Write(text, native.val_str, $"value of '{key}'");
                break;
            default:
                throw new UnreachableException();
        }

        return native;
    }

    /// <summary>Truncates to the width of the type, like llama.cpp.</summary>
    private static GgufValue OfInteger(long value, GgufValueType type) => unchecked(type switch
    {
        GgufValueType.UInt8 => GgufValue.Of((byte)value),
        GgufValueType.Int8 => GgufValue.Of((sbyte)value),
        GgufValueType.UInt16 => GgufValue.Of((ushort)value),
        GgufValueType.Int16 => GgufValue.Of((short)value),
        GgufValueType.Int32 => GgufValue.Of((int)value),
        GgufValueType.UInt64 => GgufValue.Of((ulong)value),
        GgufValueType.Int64 => GgufValue.Of(value),
        _ => GgufValue.Of((uint)value),
    });

    private static unsafe void Write(string text, byte* destination, string what)
    {
        const int Room = llama_model_kv_override.TextSize - 1;
        int length = Encoding.UTF8.GetByteCount(text);
        if (length is 0 or > Room || text.Contains('\0'))
        {
            throw OptionCheck.Invalid($"The {what} of a metadata override must be 1 to {Room} bytes of UTF-8 without zeros, not {length}.",
                OptionName);
        }

        Encoding.UTF8.GetBytes(text, new Span<byte>(destination, Room));
    }
}
