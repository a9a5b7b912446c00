using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace TrainTinyChat.Graph;

/// <summary>
/// The gradients of silu(gate) · up for both operands in one pass: [n, t] each, one after the other in [n, t, 2]. ggml's
/// operators would need four passes and a scalar exp for every number.
/// </summary>
internal static class SwigluGradient
{
    public static (GgmlTensor Gate, GgmlTensor Up) SwigluBack(this TensorArena arena, GgmlTensor gradient, GgmlTensor gate, GgmlTensor up)
    {
        var shape = new TensorShape(gate.Shape[0], gate.Shape[1], 2);
        GgmlTensor both = arena.Custom4D(GgmlType.F32, shape, [gradient, gate, up], Run, TensorArena.AllThreads);
        long bytes = gate.ByteCount;
        long row = gate.Shape[0] * sizeof(float);
        return (arena.View(both, gate.Shape, [row], 0), arena.View(both, gate.Shape, [row], bytes));
    }

    private static void Run(in CustomOperation operation)
    {
        ReadOnlySpan<float> gradient = operation.Source<float>(0), gate = operation.Source<float>(1), up = operation.Source<float>(2);
        Span<float> ofGate = operation.Result<float>()[..gate.Length], ofUp = operation.Result<float>()[gate.Length..];
        (long first, long end) = operation.Share(gate.Length / Vector256<float>.Count);
        ref float g = ref MemoryMarshal.GetReference(gradient), x = ref MemoryMarshal.GetReference(gate),
            y = ref MemoryMarshal.GetReference(up);
        ref float dx = ref MemoryMarshal.GetReference(ofGate), dy = ref MemoryMarshal.GetReference(ofUp);
        for (nuint i = (nuint)first * 8; i < (nuint)end * 8; i += 8)
        {
            Vector256<float> a = Vector256.LoadUnsafe(ref x, i), d = Vector256.LoadUnsafe(ref g, i);
            Vector256<float> sigmoid = Vector256<float>.One / (Vector256<float>.One + Vector256.Exp(-a));
            (d * a * sigmoid).StoreUnsafe(ref dy, i);
            (d * Vector256.LoadUnsafe(ref y, i) * sigmoid * (Vector256<float>.One + (a * (Vector256<float>.One - sigmoid))))
                .StoreUnsafe(ref dx, i);
        }

        // The remainder if the count is not a multiple of 8.
        for (int i = gate.Length / 8 * 8; i < gate.Length && operation.Task == 0; i++)
        {
            float sigmoid = 1 / (1 + MathF.Exp(-gate[i]));
            ofUp[i] = gradient[i] * gate[i] * sigmoid;
            ofGate[i] = gradient[i] * up[i] * sigmoid * (1 + (gate[i] * (1 - sigmoid)));
        }
    }
}
