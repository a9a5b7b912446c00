using System.Diagnostics;
using System.Globalization;
using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Interop;

namespace LlamaNative;

/// <summary>A metadata value given at loading instead of the file's: an integer, a number, a truth value or a short text.</summary>
public sealed record MetadataOverride
{
    private const string OptionName = "MetadataOverrides"; // of every options record that has them
    private readonly object _value;

    // Called with a cast: the conversions below would lead to the record's copying constructor instead, and back here.
    private MetadataOverride(object value) => _value = value;

    /// <summary>An integer value.</summary>
    public static implicit operator MetadataOverride(long value) => FromInt64(value);

    /// <summary>A floating-point value.</summary>
    public static implicit operator MetadataOverride(double value) => FromDouble(value);

    /// <summary>A truth value.</summary>
    public static implicit operator MetadataOverride(bool value) => FromBoolean(value);

    /// <summary>A text of at most 127 bytes in UTF-8.</summary>
    public static implicit operator MetadataOverride(string value) => FromString(value);

    /// <summary>An integer value.</summary>
    public static MetadataOverride FromInt64(long value) => new((object)value);

    /// <summary>A floating-point value.</summary>
    public static MetadataOverride FromDouble(double value) => new((object)value);

    /// <summary>A truth value.</summary>
    public static MetadataOverride FromBoolean(bool value) => new((object)value);

    /// <summary>A text of at most 127 bytes in UTF-8.</summary>
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

    /// <summary>The file as llama.cpp will read it with these overrides; it shares what the file holds.</summary>
    internal static GgufFile Apply(IReadOnlyDictionary<string, MetadataOverride> overrides, GgufFile file)
    {
        var values = new Dictionary<string, GgufValue>();
        foreach ((string key, MetadataOverride value) in overrides)
        {
            values[key] = value.ToValue(file.Metadata.GetValueOrDefault(key));
        }

        return file.With(values);
    }

    /// <summary>Refuses what the native side has no room for, by the name of the option.</summary>
    internal static void Validate(IReadOnlyDictionary<string, MetadataOverride> overrides)
    {
        foreach ((string key, MetadataOverride? value) in OptionCheck.NotNull(overrides, OptionName))
        {
            _ = (value ?? throw OptionCheck.Invalid($"The metadata override '{key}' has no value.", OptionName)).ToNative(key);
        }
    }

    /// <summary>The value as llama.cpp will read it in the place of <paramref name="present"/>, which stays where the types differ.</summary>
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
                native.tag = 0; // LLAMA_KV_OVERRIDE_TYPE_INT
                native.val_i64 = integer;
                break;
            case double number:
                native.tag = 1; // LLAMA_KV_OVERRIDE_TYPE_FLOAT
                native.val_f64 = number;
                break;
            case bool truth:
                native.tag = 2; // LLAMA_KV_OVERRIDE_TYPE_BOOL
                native.val_bool = truth ? (byte)1 : (byte)0;
                break;
            case string text:
                native.tag = 3; // LLAMA_KV_OVERRIDE_TYPE_STR
                Write(text, native.val_str, $"value of '{key}'");
                break;
            default:
                throw new UnreachableException();
        }

        return native;
    }

    /// <summary>Cut to the width of the type, as llama.cpp does.</summary>
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
            throw OptionCheck.Invalid(
                $"The {what} of a metadata override takes 1 to {Room} bytes of UTF-8 without zeros, not {length}.", OptionName);
        }

        Encoding.UTF8.GetBytes(text, new Span<byte>(destination, Room));
    }
}
