using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop.LogText;

/// <summary>Parsing lines with a C format; the lines are printf's output for it.</summary>
public sealed class LogFormatTests
{
    [Theory]
    [InlineData("layer %3d: dev = %s", "layer   7: dev = CPU", new[] { "7", "CPU" })]
    [InlineData("layer %3d: dev = %s", "layer 1234: dev = my device", new[] { "1234", "my device" })]
    [InlineData("%12s size = %8.2f MiB", "        CUDA0 size =  1024.50 MiB", new[] { "CUDA0", "1024.50" })]
    [InlineData("size = %8.2f MiB -> %8.2f MiB (%s)", "size =     0.25 MiB ->     0.13 MiB (q8_0)", new[] { "0.25", "0.13", "q8_0" })]
    [InlineData("[%4d/%4d] %-8s - [%s], ", "[   1/  12] a.b      - [  4,  2], ", new[] { "1", "12", "a.b", "  4,  2" })]
    [InlineData("%-8s - [%s]", " a - [b\nc - [d - [4]", new[] { " a - [b\nc - [d", "4" })]
    [InlineData("%zu of %u at %d", "3 of 4 at -5", new[] { "3", "4", "-5" })]
    public void Values_are_read_back(string format, string line, string[] values)
    {
        Assert.True(new LogFormat("a.cpp", format).TryRead(line.TrimEnd(), out LogValues? read));
        Assert.Equal(values, Enumerable.Range(0, values.Length).Select(read.Text));
    }

    [Theory]
    [InlineData("size = %8.3f MiB", "size =    0.250 MiB -> 0.13 MiB")]
    [InlineData("size = %8.3f MiB", "the size =    0.250 MiB")]
    [InlineData("size = %8.3f MiB", "size =    0.250 KiB")]
    [InlineData("%d layers", "no layers")]
    [InlineData("a.b %d", "axb 1")]
    public void Another_line_is_not_read(string format, string line) => Assert.False(new LogFormat("a.cpp", format).TryRead(line, out _));

    [Fact]
    public void A_function_is_the_one_meant_or_any()
    {
        const string Format = "%s: size = %d";
        Assert.True(new LogFormat("a.cpp", Format, "mine").TryRead("mine: size = 4", out LogValues? values));
        Assert.Equal(4, values.Integer(0));
        Assert.False(new LogFormat("a.cpp", Format, "mine").TryRead("not_mine: size = 4", out _));
        Assert.True(new LogFormat("a.cpp", Format).TryRead("not_mine: size = 4", out _));
        Assert.False(new LogFormat("a.cpp", Format).TryRead("size = 4", out _));
    }
}
