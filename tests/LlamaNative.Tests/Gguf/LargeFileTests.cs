using System.Numerics.Tensors;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

public sealed class LargeFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RequiresFact(Need.Linux)]
    public void Offsets_beyond_4_GiB_are_read_in_place()
    {
        const long Rows = 1_200_000; // of 4096 bytes: 4.6 GiB
        string path = _folder.Write("large.gguf", new GgufBuilder()
            .Tensor("big", GgmlType.F32, [1024, Rows], 0)
            .RawTensor(GgufBuilder.Bytes("after", 1u, 8L, (int)GgmlType.F32, Rows * 4096))
            .Build());
        long start = new FileInfo(path).Length;
        using (FileStream stream = File.OpenWrite(path))
        {
            stream.SetLength(start + (Rows * 4096) + 32);
            stream.Position = start + (Rows * 4096) - 4096;
            stream.Write(BitConverter.GetBytes(1.25f));
            stream.Position = start + (Rows * 4096) + 28;
            stream.Write(BitConverter.GetBytes(-7f));
        }

        using GgufFile file = GgufFile.Open(path);
        using GgufTensorView big = file.Tensors["big"].Open();
        using GgufTensorView after = file.Tensors["after"].Open();
        Assert.Equal(Rows * 4096, file.Tensors["big"].ByteCount);
        Assert.Equal(1.25f, BitConverter.ToSingle(big.Rows(Rows - 1, 1)));
        ReadOnlyTensorSpan<float> numbers = big.AsTensorSpan<float>();
        Assert.Equal(1.25f, numbers[(nint)Rows - 1, 0]);
        Assert.Equal(-7f, after.AsTensorSpan<float>()[7]);
        bool refused = false;
        try
        {
            _ = big.Bytes;
        }
        catch (TensorLayoutException)
        {
            refused = true;
        }

        Assert.True(refused);
    }
}
