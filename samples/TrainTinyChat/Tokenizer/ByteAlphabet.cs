using System.Text;

namespace TrainTinyChat.Tokenizer;

/// <summary>
/// GPT-2's mapping of bytes to printable characters (Radford et al., 2019): printable bytes map to themselves, the others to
/// characters from U+0100. GGUF files store token texts in this form; a space is Ġ.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = Make();

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (byte value in bytes)
        {
            text.Append(s_characters[value]);
        }

        return text.ToString();
    }

    private static char[] Make()
    {
        var characters = new char[256];
        int moved = 0;
        for (int value = 0; value < 256; value++)
        {
            bool prints = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = prints ? (char)value : (char)(256 + moved++);
        }

        return characters;
    }
}
