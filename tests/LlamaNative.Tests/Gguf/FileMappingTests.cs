using System.Diagnostics;
using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Models;
using Microsoft.Win32.SafeHandles;

namespace LlamaNative.Tests.Gguf;

/// <summary>
/// If these fail, a model file cannot be opened, is changed while it is mapped, or a pipe or device blocks the caller.
/// </summary>
public sealed unsafe class FileMappingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mapped files ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("plain.gguf")]
    [InlineData("with space.gguf")]
    [InlineData("模型 🦙.gguf")]
    public void A_file_is_mapped_whatever_its_name(string name)
    {
        string path = Path.Combine(_folder, name);
        Assert.Throws<FileNotFoundException>(() => FileMapping.Open(path));
        File.WriteAllText(path, "GGUF");
        using FileMapping mapping = FileMapping.Open(path);
        using FileMapping.Lease lease = mapping.Acquire();
        Assert.Equal(4, mapping.Length);
        Assert.Equal("GGUF", Encoding.ASCII.GetString(lease.Start, 4));
    }

    [Fact]
    public void A_link_is_followed_to_its_file()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "GGUF");
        string link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, "file");
        File.CreateSymbolicLink(link + " to link", "link");
        using FileMapping mapping = FileMapping.Open(link + " to link");
        Assert.Equal(4, mapping.Length);
        File.Delete(Path.Combine(_folder, "file"));
        Assert.Throws<FileNotFoundException>(() => FileMapping.Open(link));
    }

    [Fact]
    public void A_folder_and_a_name_with_a_zero_are_refused()
    {
        string path = Path.Combine(_folder, "a.gguf");
        File.WriteAllText(path, "GGUF");
        Assert.Throws<FileNotFoundException>(() => FileMapping.Open(_folder));
        Assert.Throws<ArgumentException>(() => FileMapping.Open(path + "\0b"));
    }

    [Fact]
    public void An_empty_file_is_refused_and_closed()
    {
        string path = Path.Combine(_folder, "empty.gguf");
        File.WriteAllText(path, "");
        Assert.Contains("empty", Assert.Throws<GgufFormatException>(() => FileMapping.Open(path)).Message, StringComparison.Ordinal);
        using SafeFileHandle writer = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.None);
    }

    // Opening a pipe without a writer blocks and cannot be cancelled.
    [RequiresFact(Need.Linux)]
    public void A_pipe_is_refused_and_not_waited_for()
    {
        string path = Path.Combine(_folder, "pipe.gguf");
        using (Process mkfifo = Process.Start("mkfifo", [path]))
        {
            mkfifo.WaitForExit();
            Assert.Equal(0, mkfifo.ExitCode);
        }

        string link = Path.Combine(_folder, "link.gguf");
        File.CreateSymbolicLink(link, path);
        Assert.Contains("pipe", Assert.Throws<GgufFormatException>(() => FileMapping.Open(path)).Message, StringComparison.Ordinal);
        Assert.Contains("pipe", Assert.Throws<GgufFormatException>(() => FileMapping.Open(link)).Message, StringComparison.Ordinal);
        Assert.Contains("pipe", Assert.Throws<ModelLoadException>(() => LlamaModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Linux)]
    public void A_pipe_of_the_shell_is_refused_although_its_link_leads_nowhere()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.In);
        string path = $"/proc/self/fd/{pipe.SafePipeHandle.DangerousGetHandle()}";
        Assert.Contains("pipe", Assert.Throws<GgufFormatException>(() => FileMapping.Open(path)).Message, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Linux)]
    public void A_device_is_refused() => Assert.Throws<GgufFormatException>(() => FileMapping.Open("/dev/zero"));

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
}
