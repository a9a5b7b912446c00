using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Operators written by the caller.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>The number of tasks that stands for as many as the backend has threads (GGML_N_TASKS_MAX).</summary>
    public const int AllThreads = NativeConstants.GGML_N_TASKS_MAX;

    /// <summary>A tensor that an operator in C# computes. It runs on the CPU only, and has no gradient.</summary>
    /// <param name="type">The result's type.</param>
    /// <param name="shape">The result's shape.</param>
    /// <param name="sources">One to nine operands, whatever their type and strides.</param>
    /// <param name="custom">The operator.</param>
    /// <param name="tasks">How many tasks share the work at most; <see cref="AllThreads"/> for all the backend has.</param>
    /// <exception cref="TensorLayoutException">Too many operands, or a tensor larger than a span.</exception>
    public GgmlTensor Custom4D(GgmlType type, TensorShape shape, ReadOnlySpan<GgmlTensor> sources, CustomOperator custom, int tasks = 1)
    {
        ArgumentNullException.ThrowIfNull(custom);
        RequireShape("Custom4D", type, shape);
        Enter(1);
        if (tasks is 0 or < AllThreads)
        {
            throw new ArgumentOutOfRangeException(nameof(tasks), tasks, "must be above 0, or AllThreads");
        }

        if (sources.Length is 0 or >= NativeConstants.GGML_MAX_SRC)
        {
            throw new ArgumentException(
                $"A custom operator takes 1 to {NativeConstants.GGML_MAX_SRC - 1} operands, not {sources.Length}.", nameof(sources));
        }

        var operands = new GgmlTensor?[sources.Length];
        ggml_tensor** native = stackalloc ggml_tensor*[sources.Length];
        for (int i = 0; i < sources.Length; i++)
        {
            Enter(1, sources[i]);
            Require(sources[i].ByteCount <= int.MaxValue, "Custom4D", "an operand is larger than a span", sources[i]);
            operands[i] = sources[i];
            native[i] = sources[i].Native;
        }

        if (TensorLayout.Contiguous(type, shape).ByteCount > int.MaxValue)
        {
            throw OperandRules.Refusal("Custom4D", "the result is larger than a span", operands);
        }

        var bridge = new CustomOperatorBridge(custom, sources.Length);
        Handle.Own(bridge);
        ggml_tensor* result = GgmlOperators.ggml_custom_4d(
            Handle, type, shape[0], shape[1], shape[2], shape[3], native, sources.Length,
            CustomOperatorBridge.Function, tasks, bridge.UserData);
        GgmlTensor tensor = Adopt(result, operands);
        tensor.Custom = bridge;
        return tensor;
    }
}
