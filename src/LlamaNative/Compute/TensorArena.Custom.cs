using LlamaNative.Interop;
using LlamaNative.Tensors;
using static LlamaNative.Compute.OperandRules;

namespace LlamaNative.Compute;

/// <content>Custom operators.</content>
public sealed unsafe partial class TensorArena
{
    /// <summary>A task count that stands for the number of threads of the backend (GGML_N_TASKS_MAX).</summary>
    public const int AllThreads = NativeConstants.GGML_N_TASKS_MAX;

    /// <summary>The result of an operator implemented in C#. It runs on the CPU only and has no gradient.</summary>
    /// <param name="type">The result's type.</param>
    /// <param name="shape">The result's shape.</param>
    /// <param name="sources">One to nine operands of any type and strides.</param>
    /// <param name="custom">The operator.</param>
    /// <param name="tasks">The maximum number of parallel tasks; <see cref="AllThreads"/> for the number of threads of the backend.</param>
    /// <exception cref="TensorLayoutException">A tensor is 2 GiB or larger, or the shape is invalid.</exception>
    public GgmlTensor Custom4D(GgmlType type, TensorShape shape, ReadOnlySpan<GgmlTensor> sources, CustomOperator custom, int tasks = 1)
    {
        ArgumentNullException.ThrowIfNull(custom);
        RequireShape("Custom4D", type, shape);
        Enter(1);
        if (tasks is 0 or < AllThreads)
        {
            throw new ArgumentOutOfRangeException(nameof(tasks), tasks, "The number of tasks must be above 0, or AllThreads.");
        }

        if (sources.Length is 0 or >= NativeConstants.GGML_MAX_SRC)
        {
            throw new ArgumentException(
                $"A custom operator needs 1 to {NativeConstants.GGML_MAX_SRC - 1} operands, not {sources.Length}.", nameof(sources));
        }

        var operands = new GgmlTensor?[sources.Length];
        ggml_tensor** native = stackalloc ggml_tensor*[sources.Length];
        for (int i = 0; i < sources.Length; i++)
        {
            Enter(1, sources[i]);
            Require(sources[i].ByteCount <= int.MaxValue, "Custom4D", "an operand must be smaller than 2 GiB", sources[i]);
            operands[i] = sources[i];
            native[i] = sources[i].Native;
        }

        if (TensorLayout.Contiguous(type, shape).ByteCount > int.MaxValue)
        {
            throw OperandRules.Refusal("Custom4D", "the result must be smaller than 2 GiB", operands);
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
