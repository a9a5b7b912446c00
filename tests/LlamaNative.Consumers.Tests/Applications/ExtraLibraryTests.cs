using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LlamaNative.Consumers.Tests.Packages;

namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>
/// mtmd and the RPC backend, as packed, work on the CPU package's libraries: a C program decodes a picture and multiplies matrices on an
/// RPC server of this machine.
/// </summary>
[Collection(nameof(Workshop))]
public sealed class ExtraLibraryTests(Workshop workshop)
{
    [PackedFact("linux-x64", Need.LinuxX64, Need.ExtraPackages, Need.Gcc, Need.LlamaSource)]
    public Task On_this_machine() => CheckAsync("linux-x64");

    [PackedFact("linux-arm64", Need.LinuxX64, Need.ExtraPackages, Need.Arm64Emulation, Need.LlamaSource)]
    public Task On_arm64() => CheckAsync("linux-arm64");

    [PackedFact("linux-musl-x64", Need.LinuxX64, Need.ExtraPackages, Need.Musl, Need.LlamaSource)]
    public Task On_musl() => CheckAsync("linux-musl-x64");

    [PackedFact("win-x64", Need.LinuxX64, Need.ExtraPackages, Need.Mingw, Need.Wine, Need.LlamaSource)]
    public Task On_Windows() => CheckAsync("win-x64");

    private async Task CheckAsync(string rid)
    {
        NativeProgram program = await NativeProgram.CreateAsync(workshop, rid, "extras",
            Artifacts.Cpu, Artifacts.Multimodal, Artifacts.Rpc);
        File.WriteAllBytes(Path.Combine(program.Folder, "picture.png"), RedAndAnother());
        Assert.Equal("2 x 1: 255 0 0 10 20 30", await LineAsync(program, "picture", "picture.png"));
        File.WriteAllText(Path.Combine(program.Folder, "page.png"), "<html>no picture</html>");
        Assert.Equal("no picture", await LineAsync(program, "picture", "page.png"));

        string[] rpc = ExpectedLibraries.Rpc(rid);
        int port = FreePort();
        using Process server = program.Start(rpc[1], "-H", "127.0.0.1", "-p", $"{port}");
        try
        {
            await WaitUntilItListensAsync(server, port);

            // ggml multiplies rows by rows: {1,2}·{5,6}, {3,4}·{5,6}, {1,2}·{7,8}, {3,4}·{7,8}.
            Assert.EndsWith(": 17 39 23 53",
                await LineAsync(program, "rpc", Path.Combine(program.Folder, rpc[0]), $"127.0.0.1:{port}"), StringComparison.Ordinal);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> LineAsync(NativeProgram program, params string[] arguments) =>
        (await program.RunAsync(arguments)).Output.ReplaceLineEndings("\n").TrimEnd('\n');

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task WaitUntilItListensAsync(Process server, int port)
    {
        for (int attempt = 0; attempt < 600 && !server.HasExited; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }

        Assert.Fail("The RPC server does not listen.");
    }

    /// <summary>A PNG file of two pixels by its specification (W3C, PNG third edition): header, data and end, each with its CRC.</summary>
    private static byte[] RedAndAnother()
    {
        byte[] header = [0, 0, 0, 2, 0, 0, 0, 1, 8, 2, 0, 0, 0]; // 2 x 1, 8 bits, RGB
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write([0, 255, 0, 0, 10, 20, 30]); // one row without a filter
        }

        return [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. Chunk("IHDR", header), .. Chunk("IDAT", data.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] content)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. content];
        byte[] chunk = new byte[typed.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        typed.CopyTo(chunk, 4);
        uint crc = uint.MaxValue;
        foreach (byte value in typed)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0xEDB88320);
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(typed.Length + 4), ~crc);
        return chunk;
    }
}
