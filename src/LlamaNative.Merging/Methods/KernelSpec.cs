using LlamaNative.Merging.Recipe;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Methods;

/// <summary>All that a tensor's arithmetic depends on, every parameter resolved.</summary>
internal sealed record KernelSpec
{
    /// <summary>The output tensor's GGUF name, which also keys its random numbers.</summary>
    public required string Tensor { get; init; }

    public required TensorShape Shape { get; init; }

    public required MethodTraits Method { get; init; }

    /// <summary>Parameters of the whole tensor: t, normalize, lambda and so on.</summary>
    public required IReadOnlyDictionary<string, ParameterScalar> Parameters { get; init; }

    /// <summary>The inputs; the base is first for slerp and task vectors, and last for nuslerp.</summary>
    public required IReadOnlyList<InputSpec> Inputs { get; init; }

    public ulong Seed { get; init; }

    public double Number(string name, double whenAbsent) =>
        !Parameters.TryGetValue(name, out ParameterScalar value) ? whenAbsent : Require(name, value);

    public bool Flag(string name, bool whenAbsent) => Number(name, whenAbsent ? 1 : 0) != 0;

    public double Number(InputSpec input, string name, double? whenAbsent) =>
        input.Parameters.TryGetValue(name, out ParameterScalar value) ? Require(name, value)
            : whenAbsent ?? throw new MergeException($"{Method.Name} needs '{name}', and '{input.Model}' has none here",
                tensor: Tensor, line: input.Line);

    private double Require(string name, ParameterScalar value) =>
        value.Text is null ? value.Number : throw new MergeException($"'{name}' is a number, not '{value.Text}'", tensor: Tensor);
}

/// <summary>An input's own parameters.</summary>
/// <param name="Model">The model as the recipe names it.</param>
/// <param name="ModelIndex">Its number among all models, which keys its random numbers.</param>
/// <param name="IsBase">Whether changes are counted from it.</param>
/// <param name="Parameters">weight, density, gamma, epsilon, scale.</param>
/// <param name="Line">Where the recipe names it.</param>
internal sealed record InputSpec(string Model, int ModelIndex, bool IsBase, IReadOnlyDictionary<string, ParameterScalar> Parameters,
    int? Line = null);
