using LlamaNative.Cli.Arguments;

namespace LlamaNative.Tests.Cli.Arguments;

/// <summary>FILE[:SCALE]: the colon of a Windows drive is part of the path.</summary>
public sealed class ScaledFileTests
{
    [Theory]
    [InlineData("a.gguf", "a.gguf", 1)]
    [InlineData("a.gguf:0.5", "a.gguf", 0.5f)]
    [InlineData("a.gguf:-2", "a.gguf", -2)]
    [InlineData("a.gguf:1e-2", "a.gguf", 0.01f)]
    [InlineData(@"C:\models\a.gguf", @"C:\models\a.gguf", 1)]
    [InlineData(@"C:\models\a.gguf:0.25", @"C:\models\a.gguf", 0.25f)]
    [InlineData("c:/models/a.gguf", "c:/models/a.gguf", 1)]
    [InlineData("D:a", "D:a", 1)] // relative to the drive's current folder
    [InlineData("D:1", "D:1", 1)]
    [InlineData("//server/share:x/a.gguf", "//server/share:x/a.gguf", 1)]
    [InlineData("a:b.gguf:3", "a:b.gguf", 3)]
    public void A_scale_is_what_follows_the_last_colon(string text, string path, float scale) =>
        Assert.Equal(new ScaledFile(path, scale), ScaledFile.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(":1")]
    [InlineData("a.gguf:")]
    [InlineData("a.gguf:half")]
    [InlineData("a.gguf:0,5")]
    [InlineData("a.gguf:NaN")]
    [InlineData("a.gguf:1e99")]
    public void What_is_no_number_is_refused(string text) => Assert.Null(ScaledFile.Parse(text));

    [Fact]
    public void A_file_with_such_a_name_is_a_file()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // which allows no colon in a file's name
        }

        using var folder = new TemporaryFolder();
        string path = folder.Write("lora:2", [1]);
        Assert.Equal(new ScaledFile(path, 1), ScaledFile.Parse(path));
    }
}
