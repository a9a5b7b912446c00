using System.Globalization;
using System.Text;

namespace LlamaNative.Models;

/// <summary>
/// What a SentencePiece vocabulary without a token for every byte can spell: for another character llama.cpp looks up
/// a byte token that is not there, and throws through C frames.
/// </summary>
internal sealed class ByteFallback
{
    private readonly bool[] _bytes = new bool[256];
    private readonly HashSet<Rune> _characters = [];
    private readonly bool _addsSpace;
    private int _byteCount;

    private ByteFallback(Vocabulary vocabulary, bool addsSpace)
    {
        _addsSpace = addsSpace;

        // Byte tokens come first as a rule, so a complete vocabulary is known as such after a few hundred.
        for (int token = 0; token < vocabulary.Count && !IsComplete; token++)
        {
            string text = vocabulary.GetText(token);
            if (text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
                && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
                && text.AsSpan(3, 2).IndexOfAnyInRange('a', 'f') < 0
                && !_bytes[value])
            {
                _bytes[value] = true;
                _byteCount++;
            }

            if (Rune.TryGetRuneAt(text.Length == 0 ? " " : text, 0, out Rune rune) && rune.Utf16SequenceLength == text.Length)
            {
                _characters.Add(rune);
            }
        }
    }

    private bool IsComplete => _byteCount == _bytes.Length;

    /// <summary>The check for a vocabulary that needs one; null where every byte has its token, as is usual.</summary>
    public static ByteFallback? IfIncomplete(Vocabulary vocabulary, IReadOnlyDictionary<string, string> metadata)
    {
        bool addsSpace = metadata.GetValueOrDefault("tokenizer.ggml.add_space_prefix") != "false";
        var fallback = new ByteFallback(vocabulary, addsSpace);
        return fallback.IsComplete ? null : fallback;
    }

    /// <exception cref="LlamaException">A character is neither a token nor made of bytes that are.</exception>
    public void Check(ReadOnlySpan<byte> utf8)
    {
        if (_addsSpace && !utf8.IsEmpty && utf8[0] != (byte)' ')
        {
            Check(" "u8);
        }

        while (!utf8.IsEmpty)
        {
            Rune.DecodeFromUtf8(utf8, out Rune rune, out int length);
            if (!_characters.Contains(rune.Value == ' ' ? new Rune('\u2581') : rune) && !HasAll(utf8[..length]))
            {
                throw new LlamaException($"The vocabulary has no token for the character '{rune}' (U+{rune.Value:X4}), nor for its bytes.");
            }

            utf8 = utf8[length..];
        }
    }

    private bool HasAll(ReadOnlySpan<byte> character)
    {
        foreach (byte value in character)
        {
            if (!_bytes[value])
            {
                return false;
            }
        }

        return true;
    }
}
