using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Models;
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
        Assert.Null(LinuxFiles.TryMap(path));
        File.WriteAllText(path, "GGUF");
        Assert.True(LinuxFiles.Exists(path));
        using MappedFile? file = LinuxFiles.TryMap(path);
        Assert.Equal(OperatingSystem.IsLinux(), file is not null);
        if (file is not null)
        {
            Assert.Equal(4, file.Length);
            Assert.Equal("GGUF", Encoding.ASCII.GetString(file.Start, 4));
        }
    }

    [Fact]
    public void A_folder_and_a_name_with_a_zero_are_left_to_dotnet()
    {
        string path = Path.Combine(_folder, "a.gguf");
        File.WriteAllText(path, "GGUF");
        Assert.Null(LinuxFiles.TryMap(_folder));
        Assert.Null(LinuxFiles.TryMap(path + "\0b"));
        Assert.Throws<UnauthorizedAccessException>(() => FileMapping.Open(_folder));
        Assert.Throws<ArgumentException>(() => FileMapping.Open(path + "\0b"));
        Assert.Throws<FileNotFoundException>(() => FileMapping.Open(path + "b"));
    }

    [Fact]
    public void An_empty_file_is_left_to_dotnet_and_refused_as_empty()
    {
        string path = Path.Combine(_folder, "empty.gguf");
        File.WriteAllText(path, "");
        Assert.Null(LinuxFiles.TryMap(path));
        Assert.Contains("empty", Assert.Throws<GgufFormatException>(() => FileMapping.Open(path)).Message, StringComparison.Ordinal);
        using SafeFileHandle writer = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None); // nothing was left open, and so locked
    }

    // Opening a pipe that nobody writes waits for a writer, and cannot be cancelled.
    [LinuxFact]
    public void A_pipe_is_refused_and_not_waited_for()
    {
        string path = Path.Combine(_folder, "pipe.gguf");
        fixed (byte* name = Utf8.ZeroTerminated(path))
        {
            Assert.Equal(0, ((delegate* unmanaged<byte*, uint, int>)LibC.Find("mkfifo"))(name, 0x180)); // mode 0600
        }

        Assert.Contains("pipe", Assert.Throws<IOException>(() => FileMapping.Open(path)).Message, StringComparison.Ordinal);
        Assert.Contains("pipe", Assert.Throws<ModelLoadException>(() => LlamaModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [LinuxFact]
    public void A_device_is_no_file() => Assert.Throws<GgufFormatException>(() => FileMapping.Open("/dev/zero"));

    [Fact]
    public void A_mapped_file_is_closed_and_unmapped_in_the_end()
    {
        string path = Path.Combine(_folder, "a.gguf");
        File.WriteAllBytes(path, new byte[1 << 20]);
        FileMapping mapping = FileMapping.Open(path);
        FileMapping.Lease lease = mapping.Acquire();
        mapping.Dispose();
        Assert.Equal(0, lease.Start[(1 << 20) - 1]);
        Assert.Throws<IOException>(() => File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None));
        Assert.True(!OperatingSystem.IsLinux() || File.ReadAllText("/proc/self/maps").Contains(path, StringComparison.Ordinal));
        lease.Dispose();
        Assert.False(OperatingSystem.IsLinux() && File.ReadAllText("/proc/self/maps").Contains(path, StringComparison.Ordinal));
        using SafeFileHandle writer = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None);
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
            Assert.Equal(expected[..^1], Utf8.GetBytes(each));
            byte[] room = new byte[expected.Length];
            Assert.Equal(expected.Length - 1, Utf8.GetBytes(each, room));
            Assert.Equal(expected, room);
            Assert.Throws<ArgumentException>(() => Utf8.GetBytes(each + "x", new byte[expected.Length - 1]));
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

    private sealed class LinuxFactAttribute : FactAttribute
    {
        public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "is of Linux";
    }
}
