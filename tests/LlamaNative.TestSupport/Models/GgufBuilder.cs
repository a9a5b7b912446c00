using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.TestSupport;

/// <summary>Builds valid and invalid files byte by byte from the format's specification, without the writer under test.</summary>
public sealed class GgufBuilder
{
    private readonly List<byte> _keys = [];
    private readonly List<byte> _tensors = [];
    private readonly List<byte> _data = [];

    public uint Version { get; set; } = 3;

    public long? KeyCount { get; set; }

    public long? TensorCount { get; set; }

    public int Alignment { get; set; } = 32;

    private int Keys { get; set; }

    private int Tensors { get; set; }

    public static byte[] Bytes(params object[] parts)
    {
        var stream = new MemoryStream();
        var writer = new BinaryWriter(stream);
        foreach (object part in parts)
        {
            switch (part)
            {
                case byte value: writer.Write(value); break;
                case sbyte value: writer.Write(value); break;
                case ushort value: writer.Write(value); break;
                case short value: writer.Write(value); break;
                case uint value: writer.Write(value); break;
                case int value: writer.Write(value); break;
                case ulong value: writer.Write(value); break;
                case long value: writer.Write(value); break;
                case float value: writer.Write(value); break;
                case double value: writer.Write(value); break;
                case bool value: writer.Write(value); break;
                case byte[] value: writer.Write(value); break;
                case GgufValueType value: writer.Write((int)value); break;
                case string value:
                    writer.Write((long)Encoding.UTF8.GetByteCount(value));
                    writer.Write(Encoding.UTF8.GetBytes(value));
                    break;
                default: throw new ArgumentException(part.GetType().Name);
            }
        }

        return stream.ToArray();
    }

    public GgufBuilder Key(string key, GgufValueType type, params object[] value) => RawKey(Bytes(key, type, Bytes(value)));

    public GgufBuilder RawKey(byte[] entry)
    {
        _keys.AddRange(entry);
        Keys++;
        return this;
    }

    /// <summary>A tensor with this many data bytes (counting up), placed after the previous one unless an offset is given.</summary>
    public GgufBuilder Tensor(string name, GgmlType type, long[] ne, long bytes, long? offset = null)
    {
        RawTensor(Bytes(name, (uint)ne.Length, Bytes([.. ne.Cast<object>()]), (int)type, offset ?? (long)_data.Count));
        for (long i = 0; i < bytes; i++)
        {
            _data.Add((byte)i);
        }

        Pad(_data);
        return this;
    }

    public GgufBuilder RawTensor(byte[] entry)
    {
        _tensors.AddRange(entry);
        Tensors++;
        return this;
    }

    public byte[] Build(int cut = 0)
    {
        List<byte> file = [.. "GGUF"u8, .. Bytes(Version, TensorCount ?? Tensors, KeyCount ?? Keys), .. _keys, .. _tensors];
        if (Tensors != 0)
        {
            Pad(file);
            file.AddRange(_data);
        }

        return file.ToArray()[..^cut];
    }

    private void Pad(List<byte> bytes)
    {
        while (bytes.Count % Alignment != 0)
        {
            bytes.Add(0);
        }
    }
}
