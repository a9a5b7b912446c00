using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace LlamaNative.Gguf;

/// <summary>
/// Says what a file is that was given instead of a GGUF file, from its first bytes and its name: the things that downloads leave behind,
/// and the other formats in which models are published.
/// </summary>
internal static partial class ForeignFile
{
    private const int TextLength = 512;
    private const string Convert = "convert it with llama.cpp's convert_hf_to_gguf.py, or download a GGUF file of the model";
    private const string DownloadAgain = "download the model again";

    /// <summary>Completes the sentence "the file is …", for a file that does not start with 'GGUF'.</summary>
    public static string Describe(ReadOnlySpan<byte> file, string? path) =>
        Piece(path) ?? Text(file) ?? Format(file) ?? "not a GGUF file: it does not start with 'GGUF'";

    /// <summary>Advice for a file that ends too early.</summary>
    public static string AdviceForIncomplete(string? path) => Piece(path) is { } piece ? $"the file is {piece}" : DownloadAgain;

    /// <summary>A file that was cut into pieces, or is still being downloaded, has a name that says so.</summary>
    private static string? Piece(string? path)
    {
        string name = Path.GetFileName(path) ?? "";
        if (NumberedPiece().Match(name) is { Success: true } piece)
        {
            return $"piece {piece.Groups["number"].Value} of {piece.Groups["count"].Value} of a file that was cut up; join the pieces in "
                + $"order into '{name[..piece.Index]}' (Linux and macOS: cat, Windows: copy /b), and load that";
        }

        if (LetteredPiece().Match(name) is { Success: true } part)
        {
            return $"one piece of a file that was cut up; join the pieces in order into '{name[..part.Index]}' (Linux and macOS: cat, "
                + "Windows: copy /b), and load that";
        }

        return UnfinishedDownload().IsMatch(name) ? "a download that is not complete; let it finish, or " + DownloadAgain : null;
    }

    private static string? Text(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> start = file[..Math.Min(file.Length, TextLength)];
        if (start.ContainsAnyInRange((byte)0, (byte)8))
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(start).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.StartsWith("version https://git-lfs.github.com/", StringComparison.Ordinal))
        {
            string size = LfsSize().Match(text) is { Success: true } match ? $" of {match.Groups[1].Value} bytes" : "";
            return $"a Git LFS pointer, which stands for a file{size} that was not downloaded; run 'git lfs pull' in its repository";
        }

        if (text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || HtmlElement().IsMatch(text))
        {
            return "an HTML page, such as a server shows for a sign-in or an error; " + DownloadAgain + " from the link to the file itself";
        }

        if (text.StartsWith('{') || text.StartsWith('['))
        {
            return "JSON text, such as a server's error message or a model's configuration; " + DownloadAgain;
        }

        // A server's error message: "Entry not found", "Invalid username or password."
        return file.Length <= TextLength && text.Length > 0 && !text.Contains('\uFFFD', StringComparison.Ordinal)
            ? $"text and not a model: \"{FirstLine(text)}\""
            : null;
    }

    private static string? Format(ReadOnlySpan<byte> file)
    {
        if (IsSafetensors(file))
        {
            return "a safetensors file; " + Convert;
        }

        if (file.StartsWith("PK\u0003\u0004"u8))
        {
            // The first entry of a PyTorch checkpoint: archive/data.pkl, after 30 bytes of header.
            return file[..Math.Min(file.Length, 256)].IndexOf("data.pkl"u8) >= 0
                ? "a PyTorch checkpoint; " + Convert
                : "a ZIP archive; unpack it, and load the GGUF file in it";
        }

        if (file is [0x80, >= 2 and <= 5, ..]) // a pickle's opcode PROTO and its version
        {
            return "a Python pickle, probably a PyTorch checkpoint; " + Convert;
        }

        if (file.StartsWith("lmgg"u8) || file.StartsWith("fmgg"u8) || file.StartsWith("tjgg"u8) || file.StartsWith("algg"u8))
        {
            return "in a format of ggml from before GGUF, which llama.cpp no longer reads; download a GGUF file of the model";
        }

        if (file is [0x1F, 0x8B, ..] or [0x28, 0xB5, 0x2F, 0xFD, ..] or [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..]
            or [(byte)'7', (byte)'z', 0xBC, 0xAF, ..] or [(byte)'B', (byte)'Z', (byte)'h', ..])
        {
            return "compressed; unpack it, and load the GGUF file in it";
        }

        return file.Length >= 4 && !file[..Math.Min(file.Length, 4096)].ContainsAnyExcept((byte)0)
            ? "full of zeros at its start, as a download that is not complete; " + DownloadAgain
            : null;
    }

    /// <summary>safetensors: the length of a JSON object in 8 bytes, then the object.</summary>
    private static bool IsSafetensors(ReadOnlySpan<byte> file) =>
        file.Length > 9 && file[8] == (byte)'{' && BinaryPrimitives.ReadUInt64LittleEndian(file) <= 100_000_000; // its format's limit

    private static string FirstLine(string text)
    {
        string line = text.AsSpan().TrimEnd().ToString().Split('\n')[0].TrimEnd('\r');
        return line.Length > 100 ? line[..100] + "…" : line;
    }

    [GeneratedRegex(@"\.(part)?-?(?<number>\d{1,5})-?of-?(?<count>\d{1,5})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NumberedPiece();

    [GeneratedRegex(@"(-split-[a-z]{1,2}|\.part-?[a-z0-9]{1,3}|\.\d{3})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LetteredPiece();

    [GeneratedRegex(@"\.(part|partial|crdownload|download|incomplete|aria2|tmp)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UnfinishedDownload();

    [GeneratedRegex(@"^<(html|head|body|\?xml|!--)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HtmlElement();

    [GeneratedRegex(@"^size (\d{1,19})$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex LfsSize();
}
