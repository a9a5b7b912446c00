using System.Runtime.InteropServices;
using LlamaNative;
using LlamaNative.Compute;
using LlamaNative.Interop;
using LlamaNative.Tensors;
using TrainTinyChat.Graph;
using TrainTinyChat.Model;

namespace TrainTinyChat.Tests;

/// <summary>
/// A training step with ggml's automatic backward pass, <c>ggml_build_backward_expand</c>, called directly.
/// </summary>
internal sealed unsafe class NativeAutomaticGraph : IDisposable
{
    private readonly TensorArena _data = new(4);
    private readonly TensorArena _forward;
    private readonly GgmlContextHandle _backward = new(16 << 20);
    private readonly GgmlAllocatorHandle _allocator;
    private readonly Backend _backend;
    private readonly ModelParameters _weights;
    private readonly GgmlTensor _labels;
    private readonly GgmlTensor _settings;
    private readonly nint _graph;
    private readonly int _vocabulary;
    private readonly delegate* unmanaged[Cdecl]<nint, ggml_tensor*, ggml_tensor*> _gradientOf;
    private readonly delegate* unmanaged[Cdecl]<nint, void> _reset;

    public NativeAutomaticGraph(ModelParameters weights, BatchInputs inputs, Backend backend, bool keepGradients)
    {
        nint library = NativeLibrary.Load(Directory.EnumerateFiles(LlamaRuntime.Load().Directory, "*ggml-base*").First());
        var expand = (delegate* unmanaged[Cdecl]<nint, nint, void*, void>)NativeLibrary.GetExport(library, "ggml_build_backward_expand");
        var accumulatorOf = (delegate* unmanaged[Cdecl]<nint, ggml_tensor*, ggml_tensor*>)NativeLibrary.GetExport(library,
            "ggml_graph_get_grad_acc");
        _gradientOf = (delegate* unmanaged[Cdecl]<nint, ggml_tensor*, ggml_tensor*>)NativeLibrary.GetExport(library, "ggml_graph_get_grad");
        _reset = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "ggml_graph_reset");
        _backend = backend;
        _weights = weights;
        _vocabulary = weights.Shape.Vocabulary;
        _labels = _data.NewTensor(GgmlType.F32, _vocabulary, inputs.TokenCount);
        _settings = _data.NewTensor(GgmlType.F32, 7);
        _data.Allocate(backend);
        _forward = new TensorArena(256 + (weights.Shape.Layers * 128));
        var forward = new ForwardPass(_forward, weights, inputs, differentiable: true);
        GgmlTensor loss = _forward.SetLoss(_forward.CrossEntropyLoss(forward.Logits, _labels));

        int room = 2048 + (weights.Shape.Layers * 512);
        _graph = GgmlGraphs.ggml_new_graph_custom(_backward, (nuint)room, gradients: true);
        GgmlGraphs.ggml_build_forward_expand(_graph, loss.Native);
        nint context = _backward.DangerousGetHandle();
        expand(context, _graph, null);

        // The gradient of the loss, 1, is data that reset writes once.
        ggml_tensor* one = accumulatorOf(_graph, loss.Native);
        GgmlContexts.ggml_set_input(one);
        GgmlContexts.ggml_set_output(one);
        foreach (Parameter parameter in weights.List)
        {
            ggml_tensor* weight = weights[parameter.Name].Native;
            ggml_tensor* gradient = _gradientOf(_graph, weight);
            if (keepGradients)
            {
                GgmlContexts.ggml_set_output(gradient);
            }
            else
            {
                (GgmlTensor m, GgmlTensor v) = weights.Moments(parameter.Name);
                GgmlGraphs.ggml_build_forward_expand(_graph,
                    GgmlOperators.ggml_opt_step_adamw(_backward, weight, gradient, m.Native, v.Native, _settings.Native));
            }
        }

        _allocator = new GgmlAllocatorHandle(GgmlBackends.ggml_backend_get_default_buffer_type(backend.Handle));
        if (!GgmlGraphs.ggml_gallocr_alloc_graph(_allocator, _graph))
        {
            throw new InvalidOperationException("no memory");
        }

        float value = 1;
        GgmlBuffers.ggml_backend_tensor_set(one, &value, 0, sizeof(float));
    }

    public void WriteTargets(ReadOnlySpan<int> targets)
    {
        var labels = new float[_vocabulary * targets.Length];
        for (int token = 0; token < targets.Length; token++)
        {
            labels[(token * _vocabulary) + targets[token]] = 1;
        }

        _labels.Write<float>(labels);
    }

    public void Step(StepSettings settings)
    {
        _settings.Write(settings.Values(decayed: true));
        if (GgmlBackends.ggml_backend_graph_compute(_backend.Handle, _graph) != 0)
        {
            throw new InvalidOperationException("the computation failed");
        }
    }

    public float[] GradientOf(string name)
    {
        float[] values = new float[_weights[name].Shape.ElementCount];
        fixed (float* pointer = values)
        {
            GgmlBuffers.ggml_backend_tensor_get(_gradientOf(_graph, _weights[name].Native), pointer, 0,
                (nuint)(values.Length * sizeof(float)));
        }

        return values;
    }

    public void Dispose()
    {
        _allocator.Dispose();
        _backward.Dispose();
        _forward.Dispose();
        _data.Dispose();
    }
}
