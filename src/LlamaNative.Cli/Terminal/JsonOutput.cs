using System.Buffers;
using System.Text.Json;

namespace LlamaNative.Cli.Terminal;

/// <summary>Writes JSON to standard output on one line, escaping only the characters that JSON requires.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = new PlainJsonEncoder() };

    public static void WriteJson(this Shell shell, Action<Utf8JsonWriter> write, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_options with { Indented = indented, NewLine = "\n" }))
        {
            write(writer);
        }

        buffer.Write("\n"u8);
        shell.Write(buffer.WrittenSpan);
    }

    /// <summary>A number, or null if it is not finite; a float is written with its shortest round-trip digits.</summary>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, float value)
    {
        if (float.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>A number, or null if it is not finite.</summary>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteTokens(this Utf8JsonWriter json, IEnumerable<int> tokens)
    {
        json.WriteStartArray();
        foreach (int token in tokens)
        {
            json.WriteNumberValue(token);
        }

        json.WriteEndArray();
    }
}
