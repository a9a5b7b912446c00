namespace LlamaNative.Gguf;

/// <summary>
/// Decodes RWKV tokens, which write bytes as <c>\x0A</c>. Same behaviour as llama_unescape_rwkv_token in llama-vocab.cpp, including for
/// invalid escapes.
/// </summary>
internal static class RwkvEscapes
{
    public static byte[] Decode(ReadOnlySpan<byte> escaped)
    {
        var output = new List<byte>(escaped.Length);
        bool escaping = false;
        int digits = 0;
        byte value = 0;
        foreach (byte c in escaped)
        {
            if (digits != 0)
            {
                value = (byte)((value << 4) + (c >= 'a' ? c - 'a' + 10 : c - '0'));
                if (--digits == 0)
                {
                    output.Add(value);
                    value = 0;
                }
            }
            else if (escaping)
            {
                escaping = false;
                switch (c)
                {
                    case (byte)'t': output.Add((byte)'\t'); break;
                    case (byte)'n': output.Add((byte)'\n'); break;
                    case (byte)'r': output.Add((byte)'\r'); break;
                    case (byte)'x': digits = 2; break;
                    default: output.Add(c); break;
                }
            }
            else if (c == '\\')
            {
                escaping = true;
            }
            else
            {
                output.Add(c);
            }
        }

        return [.. output];
    }
}
