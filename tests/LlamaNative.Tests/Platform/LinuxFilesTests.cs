using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Platform;
using Microsoft.Win32.SafeHandles;

namespace LlamaNative.Tests.Platform;

/// <summary>If these fail, files are found, opened or named otherwise than .NET itself would.</summary>
public sealed unsafe class LinuxFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linux files ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("plain.gguf")]
    [InlineData("with space.gguf")]
    [InlineData("模型 🦙.gguf")]
    public void A_file_is_seen_and_opened_whatever_its_name(string name)
    {
        string path = Path.Combine(_folder, name);
        Assert.False(LinuxFiles.Exists(path));
        Assert.Null(LinuxFiles.TryOpen(path));
        File.WriteAllText(path, "GGUF");
        Assert.True(LinuxFiles.Exists(path));
        using SafeFileHandle? file = LinuxFiles.TryOpen(path);
        Assert.Equal(OperatingSystem.IsLinux(), file is not null);
        if (file is not null)
        {
            var bytes = new byte[8];
            Assert.Equal(4, RandomAccess.Read(file, bytes, 0));
            Assert.Equal("GGUF", Encoding.ASCII.GetString(bytes, 0, 4));
        }
    }

    [Fact]
    public void A_folder_and_a_name_with_a_zero_are_left_to_dotnet()
    {
        string path = Path.Combine(_folder, "a.gguf");
        File.WriteAllText(path, "GGUF");
        Assert.Null(LinuxFiles.TryOpen(_folder));
        Assert.Null(LinuxFiles.TryOpen(path + "\0b"));
        Assert.Throws<UnauthorizedAccessException>(() => FileMapping.Open(_folder));
        Assert.Throws<ArgumentException>(() => FileMapping.Open(path + "\0b"));
        Assert.Throws<FileNotFoundException>(() => FileMapping.Open(path + "b"));
    }

    // The same lock as File.OpenHandle takes: nobody of .NET writes what is mapped, and what somebody writes is not mapped.
    [Fact]
    public void A_mapped_file_is_locked_against_writers_and_a_written_one_against_mapping()
    {
        string path = Path.Combine(_folder, "a.gguf");
        File.WriteAllText(path, "GGUF");
        using (FileMapping.Open(path))
        {
            Assert.Throws<IOException>(() => File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None));
        }

        using SafeFileHandle writer = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None);
        Assert.Throws<IOException>(() => FileMapping.Open(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("general.name")]
    [InlineData("Zürich, 苏黎世 🦙")]
    public void Text_goes_to_bytes_and_back(string text)
    {
        foreach (string each in new[] { text, text + new string('x', 300), new string('y', 255) + text, new string('z', 256) + text })
        {
            byte[] expected = [.. Encoding.UTF8.GetBytes(each), 0];
            Assert.Equal(expected, Utf8.ZeroTerminated(each));
            Assert.Equal(each, Utf8.GetString(expected.AsSpan()[..^1]));
            Assert.Equal(each, Utf8.GetValidString(expected.AsSpan()[..^1]));
            fixed (byte* pointer = expected)
            {
                Assert.Equal(each, Utf8.Read(pointer));
            }
        }
    }

    [Fact]
    public void Invalid_bytes_are_replaced_or_refused()
    {
        byte[] bytes = [(byte)'a', 0xC3, (byte)'b'];
        Assert.Equal("a\uFFFDb", Utf8.GetString(bytes));
        Assert.Null(Utf8.GetValidString(bytes));
        Assert.Null(Utf8.Read((byte*)null));
    }
}
