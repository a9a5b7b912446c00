using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;
using LlamaNative.Merging.Methods;
using LlamaNative.Merging.Recipe;
using LlamaNative.Merging.Tokenizers;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Planning;

/// <summary>The plan of one output tensor.</summary>
internal sealed record TensorPlan
{
    public required TensorPlace Place { get; init; }

    public required KernelSpec Spec { get; init; }

    public required IReadOnlyList<TensorInput> Inputs { get; init; }

    /// <summary>The type of the output tensor.</summary>
    public required GgmlType Type { get; init; }

    /// <summary>Whether the output's values are those of its only input.</summary>
    public bool IsUnchanged { get; init; }

    /// <summary>Whether the output's bytes are those of its only input.</summary>
    public bool IsCopy { get; init; }

    public string Name => Spec.Tensor;

    public long ByteCount => TensorLayout.Contiguous(Type, Spec.Shape).ByteCount;
}

/// <summary>An input tensor, and the origin of its rows if they are not in output order.</summary>
internal sealed record TensorInput(MergeModel Model, GgufTensorInfo Tensor, RowMap? Rows = null);
