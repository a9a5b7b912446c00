using System.Buffers;
using System.Text;
using System.Text.Unicode;
using LlamaNative.Interop;

namespace LlamaNative.Models;

public sealed unsafe partial class Vocabulary
{
    /// <summary>Tokenizes a text.</summary>
    /// <param name="text">The text; a lone surrogate becomes U+FFFD.</param>
    /// <param name="addSpecial">Whether to add the special tokens that begin and end a text, if the model is configured to add
    /// them.</param>
    /// <param name="parseSpecial">Whether to parse special tokens in the text (<c>&lt;|im_start|&gt;</c>) instead of treating them as plain
    /// text. Do not use for untrusted text.</param>
    /// <exception cref="LlamaException">The model has no vocabulary, or the text has an unbroken run of characters that is too long for the
    /// pre-tokenizer.</exception>
    public int[] Tokenize(string text, bool addSpecial = true, bool parseSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            int length = Encoding.UTF8.GetBytes(text, utf8);
            return TokenizeValid(utf8.AsSpan(0, length), addSpecial, parseSpecial);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>Tokenizes a UTF-8 text; see <see cref="Tokenize(string, bool, bool)"/>.</summary>
    /// <exception cref="ArgumentException">The bytes are not valid UTF-8.</exception>
    public int[] Tokenize(ReadOnlySpan<byte> utf8, bool addSpecial = true, bool parseSpecial = false)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new ArgumentException("The text is not valid UTF-8.", nameof(utf8));
        }

        return TokenizeValid(utf8, addSpecial, parseSpecial);
    }

    /// <summary>Converts tokens to text. An incomplete character at either end becomes U+FFFD.</summary>
    /// <param name="tokens">The token ids.</param>
    /// <param name="removeSpecial">Whether to omit the special tokens that begin and end a text, if the model is configured to add
    /// them.</param>
    /// <param name="showSpecial">Whether to render special tokens as text (<c>&lt;|im_start|&gt;</c>) instead of omitting them.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public string Detokenize(ReadOnlySpan<int> tokens, bool removeSpecial = false, bool showSpecial = false)
    {
        CheckUsable();
        foreach (int token in tokens)
        {
            CheckToken(token);
        }

        byte[] text = ArrayPool<byte>.Shared.Rent(Math.Max(256, tokens.Length * 8));
        try
        {
            int length = DetokenizeInto(tokens, text, removeSpecial, showSpecial);
            if (length < 0)
            {
                ArrayPool<byte>.Shared.Return(text);
                text = ArrayPool<byte>.Shared.Rent(-length);
                length = DetokenizeInto(tokens, text, removeSpecial, showSpecial);
            }

            return Encoding.UTF8.GetString(text.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    /// <summary>Returns the text of one token. A token that is part of a character gives U+FFFD.</summary>
    /// <param name="token">The token id.</param>
    /// <param name="showSpecial">Whether to render a special token as text instead of returning an empty string.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public string GetPiece(int token, bool showSpecial = false)
    {
        Span<byte> piece = stackalloc byte[128];
        int length = GetPiece(token, piece, showSpecial);
        if (length < 0)
        {
            piece = new byte[-length];
            length = GetPiece(token, piece, showSpecial);
        }

        return Encoding.UTF8.GetString(piece[..length]);
    }

    /// <summary>Writes the bytes of one token, which may be part of a character. Allocates nothing.</summary>
    /// <returns>The number of bytes written; if <paramref name="destination"/> is too small, the negated number of bytes needed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public int GetPiece(int token, Span<byte> destination, bool showSpecial = false)
    {
        CheckToken(token);
        fixed (byte* pointer = destination)
        {
            return LlamaVocab.llama_token_to_piece(_handle, token, pointer, destination.Length, 0, showSpecial);
        }
    }

    /// <summary>
    /// Counts the <see cref="Bos"/> tokens with which a prompt begins, ignoring white space between and before them. More than one degrades
    /// the output of most models.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    public int CountLeadingBos(ReadOnlySpan<int> tokens)
    {
        int count = 0;
        foreach (int token in tokens)
        {
            if (token == Bos)
            {
                count++;
            }
            else if (!string.IsNullOrWhiteSpace(GetPiece(token, showSpecial: true)))
            {
                break;
            }
        }

        return count;
    }

    private int[] TokenizeValid(ReadOnlySpan<byte> utf8, bool addSpecial, bool parseSpecial)
    {
        CheckUsable();
        if (addSpecial)
        {
            CheckSpecialTokens();
        }

        // A tokenizer returns at most one token per byte, plus the space and special tokens it adds.
        int[] tokens = ArrayPool<int>.Shared.Rent(utf8.Length + 8);
        try
        {
            int count = TokenizeInto(utf8, tokens, addSpecial, parseSpecial);
            if (count < 0 && count != int.MinValue)
            {
                ArrayPool<int>.Shared.Return(tokens);
                tokens = ArrayPool<int>.Shared.Rent(-count);
                count = TokenizeInto(utf8, tokens, addSpecial, parseSpecial);
            }

            if (count < 0)
            {
                throw new LlamaException($"llama.cpp could not tokenize the text of {utf8.Length} bytes.");
            }

            return tokens.AsSpan(0, count).ToArray();
        }
        finally
        {
            ArrayPool<int>.Shared.Return(tokens);
        }
    }

    private int TokenizeInto(ReadOnlySpan<byte> utf8, Span<int> tokens, bool addSpecial, bool parseSpecial)
    {
        byte empty = 0;
        fixed (byte* text = utf8)
        fixed (int* destination = tokens)
        {
            // Pinned until the guard returns; it waits for the call on whichever thread it runs.
            byte* source = text is null ? &empty : text;
            int* target = destination;
            int length = utf8.Length;
            int capacity = tokens.Length;
            return _guard!.Run(utf8, () =>
            {
                using NativeLog.Scope scope = NativeLog.To(Logger); // on the thread of the call
                return LlamaVocab.llama_tokenize(_handle, source, length, target, capacity, addSpecial, parseSpecial);
            });
        }
    }

    private int DetokenizeInto(ReadOnlySpan<int> tokens, Span<byte> text, bool removeSpecial, bool showSpecial)
    {
        fixed (int* source = tokens)
        fixed (byte* destination = text)
        {
            return LlamaVocab.llama_detokenize(_handle, source, tokens.Length, destination, text.Length, removeSpecial, showSpecial);
        }
    }

    /// <summary>Checks the special tokens to add, because the native tokenizer asserts that they exist.</summary>
    private void CheckSpecialTokens()
    {
        bool needsBos = AddsBos || Type == VocabularyType.WordPiece;
        bool needsSeparator = AddsSeparator || Type == VocabularyType.WordPiece;
        if ((needsBos && Bos is null) || (AddsEos && Eos is null) || (needsSeparator && Separator is null))
        {
            throw new LlamaException(
                "The model is configured to add special tokens that its vocabulary does not have. Tokenize with "
                + "addSpecial: false.");
        }
    }
}
