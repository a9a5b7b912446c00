using System.Globalization;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

/// <summary>
/// Damaged files cause the typed error or can be read to the end, and never cause another exception, a hang or a large
/// allocation. LLAMANATIVE_FUZZ_COUNT sets how many are tried (2,000 without it).
/// </summary>
public class FuzzTests
{
    private const long AllocationLimit = 64L << 20;

    [Fact]
    public void Damaged_files_are_refused_or_read()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("LLAMANATIVE_FUZZ_COUNT"), CultureInfo.InvariantCulture, out int given)
            ? given
            : 2000;
        byte[][] originals = [Small(), Typed(), Model()];
        var mutator = new GgufMutator(originals, seed: 20261121);
        int opened = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] file = mutator.Next();
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using GgufFile gguf = GgufFile.Open(file);
                ReadAll(gguf);
                opened++;
            }
            catch (GgufFormatException)
            {
            }
            catch (Exception other)
            {
                Assert.Fail($"file {i} of seed 20261121 ({Convert.ToHexString(file.AsSpan(0, Math.Min(file.Length, 256)))}…): {other}");
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocationLimit);
        }

        // Damage that always or never causes an error would test nothing.
        Assert.InRange(opened, count / 50, count - (count / 10));
    }

    private static void ReadAll(GgufFile gguf)
    {
        foreach (GgufValue value in gguf.Metadata.Values)
        {
            _ = value.ToString();
            _ = value.ElementType switch
            {
                null => null,
                GgufValueType.String => value.GetStrings(),
                GgufValueType.Array => value.GetArrays(),
                GgufValueType.Float32 => value.GetArray<float>(),
                GgufValueType.UInt64 => (object)value.GetArray<ulong>(),
                _ => null,
            };
        }

        foreach (GgufTensorInfo tensor in gguf.Tensors)
        {
            using GgufTensorView view = tensor.Open();
            int sum = 0;
            foreach (byte value in view.Bytes)
            {
                sum += value;
            }

            foreach (long offset in StridedIndexer.Rows(view.Layout))
            {
                sum ^= (int)offset;
            }

            Assert.NotEqual(int.MinValue, sum); // keeps the reads
        }
    }

    private static byte[] Small() => new GgufBuilder()
        .Key("a", GgufValueType.UInt32, 7u)
        .Key("general.alignment", GgufValueType.UInt32, 8u)
        .Build();

    private static byte[] Typed() => new GgufBuilder()
        .Key("u8", GgufValueType.UInt8, (byte)200)
        .Key("f64", GgufValueType.Float64, 1.0)
        .Key("bool", GgufValueType.Bool, true)
        .Key("text", GgufValueType.String, "text")
        .Key("floats", GgufValueType.Array, GgufValueType.Float32, 3L, 1f, 2f, 3f)
        .Key("longs", GgufValueType.Array, GgufValueType.UInt64, 2L, 1L, 2L)
        .Key("texts", GgufValueType.Array, GgufValueType.String, 3L, "a", "bc", "")
        .Key("nested", GgufValueType.Array, GgufValueType.Array, 2L, GgufValueType.String, 1L, "x", GgufValueType.Array,
            1L, GgufValueType.UInt8, 1L, (byte)7)
        .Tensor("f32", GgmlType.F32, [4, 2], 32)
        .Build();

    private static byte[] Model()
    {
        var raw = new GgufBuilder { Alignment = 16 }
            .Key("general.architecture", GgufValueType.String, "llama")
            .Key("general.alignment", GgufValueType.UInt32, 16u)
            .Key("split.count", GgufValueType.UInt16, (ushort)0)
            .Key("tokenizer.ggml.tokens", GgufValueType.Array, GgufValueType.String, 4L, "<unk>", "<s>", "</s>", "▁a");
        foreach (GgmlType type in new[] { GgmlType.F32, GgmlType.Q4_K, GgmlType.IQ2_XXS, GgmlType.MXFP4 })
        {
            raw.Tensor($"blk.0.{type}", type, [256, 2, 1], GgmlTypeInfo.Of(type).TypeSize * 256 / GgmlTypeInfo.Of(type).BlockSize * 2);
        }

        return raw.Build();
    }
}
