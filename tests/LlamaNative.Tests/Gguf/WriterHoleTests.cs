using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

/// <summary>Zeros that are skipped instead of written are read back as zeros, also at the end of the file.</summary>
public class WriterHoleTests
{
    [Fact]
    public void Skipped_zeros_are_there_when_read()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("holes").FullName, "holes.gguf");
        try
        {
            using (GgufWriter writer = GgufWriter.Create(path))
            {
                writer.AddTensor("a", GgmlType.F32, new TensorShape(3));
                writer.AddTensor("b", GgmlType.F32, new TensorShape(1 << 20));
                writer.Write([1, 2, 3, 4]);
                writer.WriteZeros(8);
                Assert.Throws<InvalidOperationException>(() => writer.WriteZeros((4 << 20) + 1));
                writer.WriteZeros(4 << 20);
                Assert.Throws<InvalidOperationException>(() => writer.WriteZeros(1));
                writer.Complete();
            }

            using GgufFile file = GgufFile.Open(path);
            using GgufTensorView a = file.Tensors["a"].Open();
            using GgufTensorView b = file.Tensors["b"].Open();
            Assert.Equal([1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0], a.Bytes.ToArray());
            Assert.Equal(-1, b.Bytes.IndexOfAnyExcept((byte)0));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }
}
