using System.Text;

namespace TrainTinyChat.Tokenizer;

/// <summary>
/// GPT-2's way to write bytes as printable characters (Radford et al., 2019): those that print stand for themselves, the
/// others move above U+0100. Token texts in a GGUF file are written so; a space is Ġ.
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
