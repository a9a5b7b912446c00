using System.IO.Compression;
using System.Text;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

/// <summary>
/// What was downloaded instead of a model is named. The first bytes are those of each format's specification: git-lfs/docs/spec.md,
/// safetensors' README, PKWARE's APPNOTE, Python's pickletools (PROTO), RFC 1952, and ggml's magic numbers in its old headers.
/// </summary>
public sealed class ForeignFileTests : IDisposable
{
    private const string Lfs =
        "version https://git-lfs.github.com/spec/v1\n"
        + "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Lfs, "Git LFS pointer, which stands for a file of 12345 bytes")]
    [InlineData("<!DOCTYPE html>\n<html><head>", "HTML page")]
    [InlineData("\uFEFF\r\n <HTML lang=en>", "HTML page")]
    [InlineData("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "HTML page")]
    [InlineData("{\"error\":\"Access to this model is restricted\"}", "JSON text")]
    [InlineData("Entry not found", "\"Entry not found\"")]
    [InlineData("Invalid username or password.\r\nmore", "\"Invalid username or password.\"")]
    public void Text_is_no_model(string text, string expected) => Refuse(Encoding.UTF8.GetBytes(text), expected);

    [Theory]
    [InlineData(new byte[] { 0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9 }, "Python pickle")]
    [InlineData(new byte[] { 0x6C, 0x6D, 0x67, 0x67, 0, 0, 0, 0 }, "before GGUF")] // 0x67676d6c, "ggml"
    [InlineData(new byte[] { 0x74, 0x6A, 0x67, 0x67, 3, 0, 0, 0 }, "before GGUF")] // 0x67676a74, "ggjt"
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 }, "compressed")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD }, "compressed")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 }, "zeros")]
    [InlineData(new byte[] { 0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0 }, "does not start with 'GGUF'")]
    public void Other_formats_are_named(byte[] start, string expected) => Refuse(start, expected);

    [Fact]
    public void A_safetensors_file_is_named()
    {
        byte[] header = Encoding.UTF8.GetBytes("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}");
        Refuse([.. BitConverter.GetBytes((ulong)header.Length), .. header, 0, 0, 0, 0], "a safetensors file; convert it");
    }

    [Theory]
    [InlineData("archive/data.pkl", "PyTorch checkpoint")]
    [InlineData("model.gguf", "ZIP archive")]
    public void An_archive_is_told_by_its_first_entry(string entry, string expected)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream data = zip.CreateEntry(entry).Open();
            data.Write([1, 2, 3]);
        }

        Refuse(stream.ToArray(), expected);
    }

    [Theory]
    [InlineData("m.gguf.part2of2", "piece 2 of 2", "'m.gguf'")]
    [InlineData("m.Q8_0.gguf-part-2-of-3", null, null)] // no convention that is known
    [InlineData("m.gguf-split-b", "one piece", "'m.gguf'")]
    [InlineData("m.gguf.002", "one piece", "'m.gguf'")]
    [InlineData("m.gguf.crdownload", "a download that is not complete", null)]
    public void A_later_piece_is_told_by_its_name(string name, string? expected, string? joined)
    {
        string path = _folder[name];
        File.WriteAllBytes(path, [0xDE, 0xAD, 0xBE, 0xEF, 9, 9]);
        string message = Assert.Throws<GgufFormatException>(() => GgufFile.Open(path)).Message;
        Assert.Contains(expected ?? "does not start with 'GGUF'", message, StringComparison.Ordinal);
        Assert.Contains(joined ?? "", message, StringComparison.Ordinal);
    }

    /// <summary>The first piece begins as a model does, so it is only incomplete.</summary>
    [Fact]
    public void The_first_piece_is_told_by_its_name_too()
    {
        string path = _folder["m.gguf.part1of2"];
        File.WriteAllBytes(path, new GgufBuilder().Tensor("t", GgmlType.F32, [8], 32).Build(cut: 20));
        string message = Assert.Throws<GgufFormatException>(() => GgufFile.Open(path)).Message;
        Assert.Contains("20 of its 96 bytes are missing", message, StringComparison.Ordinal);
        Assert.Contains("piece 1 of 2", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5_000)]
    public void An_incomplete_model_says_how_many_bytes_are_missing(int missing)
    {
        string path = ModelFile.Llama().Save(_folder["whole.gguf"]);
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^missing]);
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => LlamaModel.Load(path));
        Assert.Contains($"{missing} of its {whole.Length} bytes are missing; download the model again", error.Message,
            StringComparison.Ordinal);
        Assert.Equal(error.Message.IndexOf(path, StringComparison.Ordinal), error.Message.LastIndexOf(path, StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_cut_off_in_its_header_is_incomplete()
    {
        string path = ModelFile.Llama().Save(_folder["header.gguf"]);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..700]);
        string message = Assert.Throws<GgufFormatException>(() => GgufFile.Open(path)).Message;
        Assert.Contains("ends within its header", message, StringComparison.Ordinal);
        Assert.Contains("download the model again", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_part_of_a_split_model_is_named()
    {
        string first = ModelFile.Llama().SaveSplit(_folder["split"], 3);
        string second = first.Replace("00001-of", "00002-of", StringComparison.Ordinal);
        File.Delete(second);
        string message = Assert.Throws<ModelLoadException>(() => LlamaModel.Load(first)).Message;
        Assert.Contains($"'{first}' is one part of a split model", message, StringComparison.Ordinal);
        Assert.Contains($"the part '{second}' is missing", message, StringComparison.Ordinal);
    }

    private static void Refuse(byte[] file, string expected) =>
        Assert.Contains(expected, Assert.Throws<GgufFormatException>(() => GgufFile.Open(file)).Message, StringComparison.Ordinal);
}
