using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;
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

    /// <summary>Whether the output's numbers are those of the only input.</summary>
    public bool IsUnchanged { get; init; }

    /// <summary>Whether even the input's bytes are the output's.</summary>
    public bool IsCopy { get; init; }

    public string Name => Spec.Tensor;

    public long ByteCount => TensorLayout.Contiguous(Type, Spec.Shape).ByteCount;
}

/// <summary>A tensor of a model as an input, and where its rows come from if not from the rows of the same number.</summary>
internal sealed record TensorInput(MergeModel Model, GgufTensorInfo Tensor, RowMap? Rows = null);
