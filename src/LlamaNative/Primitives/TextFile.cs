using System.Text;

namespace LlamaNative;

/// <summary>
/// Reads text as editors and shells save it: UTF-8 with or without a byte order mark, or UTF-16 with one, which the redirections of
/// Windows PowerShell write. The mark is not part of the text. Text that is invalid in its encoding is rejected, never replaced.
/// </summary>
public static class TextFile
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);
    private static readonly Encoding[] s_encodings =
    [
        s_utf8,
        new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
    ];

    /// <summary>Reads a file.</summary>
    /// <exception cref="LlamaException">The file is not text in UTF-8 or UTF-16.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Read(string path)
    {
        FilePaths.RequireFile(path);
        return Decode(File.ReadAllBytes(path), $"'{path}'");
    }

    /// <summary>Decodes the content of a file or a stream.</summary>
    /// <param name="bytes">The content.</param>
    /// <param name="name">What it is called in an error message.</param>
    /// <exception cref="LlamaException">The bytes are not text in UTF-8 or UTF-16.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string name)
    {
        Encoding encoding = s_utf8;
        int mark = 0;
        foreach (Encoding candidate in s_encodings)
        {
            if (bytes.StartsWith(candidate.Preamble))
            {
                encoding = candidate;
                mark = candidate.Preamble.Length;
            }
        }

        try
        {
            return encoding.GetString(bytes[mark..]);
        }
        catch (DecoderFallbackException error)
        {
            string kind = encoding == s_utf8 ? "UTF-8" : "UTF-16, which its byte order mark announces";
            throw new LlamaException($"{name} is not valid {kind}: byte {mark + error.Index} does not start a character.", error);
        }
    }
}
