using System.Runtime.InteropServices;
using LlamaNative.Compute;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>
/// The library's backward pass, compared with ggml's <c>ggml_build_backward_expand</c>, which is called directly, on a network
/// for which ggml supports all gradients. Both run the same kernels, so the numbers must agree closely.
/// </summary>
public sealed unsafe class NativeBackwardTests
{
    [Fact]
    public void Gradients_agree_with_ggmls_own_backward_pass()
    {
        (float[] ours, float[] theirs) = (Gradient(native: false), Gradient(native: true));
        Assert.Contains(ours, value => Math.Abs(value) > 1e-3);
        Bench.AssertNear(theirs, ours, 1e-5);
    }

    private static float[] Gradient(bool native)
    {
        using var bench = new Bench();
        TensorArena g = bench.Arena;
        GgmlTensor embedding = g.SetParam(bench.F32(Bench.Numbers(8 * 6, 1), 8, 6));
        GgmlTensor weight = g.SetParam(bench.F32(Bench.Numbers(8 * 8, 2), 8, 8));
        GgmlTensor gate = g.SetParam(bench.F32(Bench.Numbers(8 * 8, 3), 8, 8));
        GgmlTensor x = g.GetRows(embedding, bench.I32([1, 5, 2, 1], 4));
        GgmlTensor normed = g.RmsNorm(x, 1e-5f);
        GgmlTensor attended = g.SoftMaxExt(g.DiagMaskInf(g.Scale(g.MulMat(normed, normed), 0.4f), 0));
        GgmlTensor mixed = g.MulMat(g.Cont(g.Transpose(x)), attended);
        GgmlTensor hidden = g.SwigluSplit(g.MulMat(gate, mixed), g.MulMat(weight, mixed));
        GgmlTensor logits = g.MulMat(embedding, g.Add(x, hidden));
        float[] labels = new float[6 * 4];
        labels[2] = labels[7] = labels[12] = labels[23] = 1;
        GgmlTensor loss = g.SetLoss(g.CrossEntropyLoss(logits, bench.F32(labels, 6, 4)));
        bench.WriteData();
        return native ? RunNative(bench, loss, embedding) : RunManaged(bench, loss, embedding);
    }

    private static float[] RunManaged(Bench bench, GgmlTensor loss, GgmlTensor parameter)
    {
        using var graph = new ComputeGraph(256);
        graph.BuildForwardExpand(loss);
        graph.BuildBackwardExpand(bench.Arena);
        GgmlTensor gradient = bench.Arena.SetOutput(graph.GradientOf(parameter)!);
        graph.Allocate(bench.Backend);
        graph.Compute();
        return gradient.ToArray<float>();
    }

    private static float[] RunNative(Bench bench, GgmlTensor loss, GgmlTensor parameter)
    {
        string directory = LlamaRuntime.Load().Directory;
        nint library = NativeLibrary.Load(Directory.EnumerateFiles(directory, "*ggml-base*").First());
        var backward = (delegate* unmanaged[Cdecl]<nint, nint, void*, void>)NativeLibrary.GetExport(library, "ggml_build_backward_expand");
        var reset = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "ggml_graph_reset");
        var gradientOf = (delegate* unmanaged[Cdecl]<nint, ggml_tensor*, ggml_tensor*>)NativeLibrary.GetExport(library,
            "ggml_graph_get_grad");

        using var context = new GgmlContextHandle(1 << 20);
        nint graph = GgmlGraphs.ggml_new_graph_custom(context, 256, gradients: true);
        GgmlGraphs.ggml_build_forward_expand(graph, loss.Native);
        backward(context.DangerousGetHandle(), graph, null);

        // Each tensor has separate memory, so that ggml's allocator cannot overwrite the softmax.
        bench.Arena.Allocate(bench.Backend);
        using var buffer = new GgmlBufferHandle(GgmlBuffers.ggml_backend_alloc_ctx_tensors_from_buft(context,
            GgmlBackends.ggml_backend_get_default_buffer_type(bench.Backend.Handle)));
        reset(graph);
        Assert.Equal(GgmlStatus.Success, GgmlBackends.ggml_backend_graph_compute(bench.Backend.Handle, graph));
        float[] values = new float[parameter.Shape.ElementCount];
        fixed (float* pointer = values)
        {
            GgmlBuffers.ggml_backend_tensor_get(gradientOf(graph, parameter.Native), pointer, 0, (nuint)(values.Length * sizeof(float)));
        }

        return values;
    }
}
