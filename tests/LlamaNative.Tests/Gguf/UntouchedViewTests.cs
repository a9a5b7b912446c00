using System.Diagnostics;
using System.Globalization;
using LlamaNative.Gguf;
using LlamaNative.Tensors;
using Xunit.Abstractions;

namespace LlamaNative.Tests.Gguf;

/// <summary>
/// Views of a weight as large as a 13B model's are arithmetic: the kernel's own count of the mapping's resident pages
/// stays where it was, and nothing is allocated. If this fails, a view reads or copies data.
/// </summary>
public sealed class UntouchedViewTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RequiresFact(Need.Linux)]
    public void Transpose_permute_and_slice_touch_no_byte_and_allocate_nothing()
    {
        // ffn_down of a 13B LLaMA: 13824 × 5120 in F16, 135 MiB, as a file with a hole.
        string path = _folder.Write("13b.gguf", new GgufBuilder().Tensor("blk.0.ffn_down.weight", GgmlType.F16, [13824, 5120], 0).Build());
        using (FileStream stream = File.OpenWrite(path))
        {
            stream.SetLength(stream.Length + (13824L * 5120 * 2) + 32);
        }

        using GgufFile file = GgufFile.Open(path);
        TensorLayout layout = file.Tensors["blk.0.ffn_down.weight"].Layout;
        using GgufTensorView view = file.Tensors["blk.0.ffn_down.weight"].Open();
        _ = Views(view, layout); // compiled once
        long resident = ResidentKilobytes(path);
        const int Rounds = 10_000;
        nint sum = 0;
        long start = 0;
        long allocated = Allocations.Of(view, view =>
        {
            sum = 0;
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Rounds; i++)
            {
                sum += Views(view, layout);
            }
        });
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Assert.Equal(0, allocated);
        Assert.Equal(resident, ResidentKilobytes(path));
        Assert.Equal(Rounds * (nint)(5120 + 13824 + 100), sum);
        output.WriteLine($"{time.TotalNanoseconds / Rounds / 3:0} ns for each view with its tensor span");

        // The count does move when a byte is read.
        Assert.Equal(0, view.Range(layout.ByteCount / 2, 1)[0]);
        Assert.True(ResidentKilobytes(path) > resident, "reading a byte did not show in the count");
    }

    private static nint Views(in GgufTensorView view, in TensorLayout layout) =>
        view.AsTensorSpan<Half>(layout.Transpose()).Lengths[1]
        + view.AsTensorSpan<Half>(layout.Permute(1, 0, 2, 3)).Lengths[0]
        + view.AsTensorSpan<Half>(layout.Slice(1, 4000, 100)).Lengths[0];

    /// <summary>The pages of a file that this process has in memory through its mappings.</summary>
    private static long ResidentKilobytes(string path)
    {
        bool inside = false;
        long sum = 0;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!words[0].EndsWith(':'))
            {
                inside = line.EndsWith(path, StringComparison.Ordinal);
            }
            else if (inside && words[0] == "Rss:")
            {
                sum += long.Parse(words[1], CultureInfo.InvariantCulture);
            }
        }

        Assert.True(sum > 0, "the mapping is not listed");
        return sum;
    }
}
