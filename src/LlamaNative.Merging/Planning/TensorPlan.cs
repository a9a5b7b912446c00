using LlamaNative.Gguf;
using LlamaNative.Merging.Methods;
using LlamaNative.Merging.Recipe;
using LlamaNative.Merging.Tokenizers;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Planning;

/// <summary>One output tensor: what it is, and what it is made of.</summary>
internal sealed record TensorPlan
{
    public required TensorPlace Place { get; init; }

    public required KernelSpec Spec { get; init; }

    public required IReadOnlyList<TensorInput> Inputs { get; init; }

    /// <summary>The type it is written in.</summary>
    public required GgmlType Type { get; init; }

    /// <summary>Whether the input's bytes are the output's: one input, unchanged, of the same type and shape.</summary>
    public bool IsCopy { get; init; }

    public string Name => Spec.Tensor;

    public long ByteCount => TensorLayout.Contiguous(Type, Spec.Shape).ByteCount;
}

/// <summary>A tensor of a model as an input, and where its rows come from if not from the rows of the same number.</summary>
internal sealed record TensorInput(MergeModel Model, GgufTensorInfo Tensor, RowMap? Rows = null);
