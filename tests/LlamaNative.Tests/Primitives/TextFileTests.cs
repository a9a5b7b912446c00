using System.Text;

namespace LlamaNative.Tests.Primitives;

/// <summary>Text files as Notepad, editors and Windows PowerShell save them.</summary>
public sealed class TextFileTests
{
    private const string Text = "Grüß dich,\r\n对话 😀\n";

    /// <summary>The marks are those of the Unicode standard, section 23.8.</summary>
    [Theory]
    [InlineData("utf-8", "")]
    [InlineData("utf-8", "EFBBBF")]
    [InlineData("utf-16le", "FFFE")]
    [InlineData("utf-16be", "FEFF")]
    public void A_byte_order_mark_tells_the_encoding_and_is_not_text(string encoding, string mark)
    {
        Encoding codec = encoding switch
        {
            "utf-8" => new UTF8Encoding(false),
            "utf-16le" => new UnicodeEncoding(bigEndian: false, byteOrderMark: false),
            _ => new UnicodeEncoding(bigEndian: true, byteOrderMark: false),
        };
        using var files = new TemporaryFolder();
        Assert.Equal(Text, TextFile.Read(files.Write("a.txt", [.. Convert.FromHexString(mark), .. codec.GetBytes(Text)])));
        Assert.Equal("", TextFile.Decode(Convert.FromHexString(mark), "nothing"));
    }

    [Fact]
    public void Only_the_mark_at_the_beginning_is_removed() =>
        Assert.Equal("\uFEFFa\uFEFF", TextFile.Decode([0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF, 0x61, 0xEF, 0xBB, 0xBF], "it"));

    [Theory]
    [InlineData("61FF62", "UTF-8", "byte 1 ")]
    [InlineData("EFBBBF61FF", "UTF-8", "byte 4 ")]
    [InlineData("61C3", "UTF-8", "byte 1 ")]
    [InlineData("FFFE610000D8", "UTF-16", "byte 4 ")]
    [InlineData("FFFE610062", "UTF-16", "byte 4 ")]
    public void What_is_no_text_is_refused(string bytes, string encoding, string position)
    {
        LlamaException error = Assert.Throws<LlamaException>(() => TextFile.Decode(Convert.FromHexString(bytes), "'a.txt'"));
        Assert.StartsWith("'a.txt' is not valid " + encoding, error.Message, StringComparison.Ordinal);
        Assert.Contains(position, error.Message, StringComparison.Ordinal);
    }
}
