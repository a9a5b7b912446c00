using LlamaNative.Merging.Recipe;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Methods;

/// <summary>The inputs and resolved parameters of a tensor's computation.</summary>
internal sealed record KernelSpec
{
    /// <summary>The output tensor's GGUF name, which also seeds its random numbers.</summary>
    public required string Tensor { get; init; }

    public required TensorShape Shape { get; init; }

    public required MethodTraits Method { get; init; }

    /// <summary>Parameters of the whole tensor: t, normalize, lambda and others.</summary>
    public required IReadOnlyDictionary<string, ParameterScalar> Parameters { get; init; }

    /// <summary>The inputs. The base is first for slerp and task-vector methods, and last for nuslerp.</summary>
    public required IReadOnlyList<InputSpec> Inputs { get; init; }

    public ulong Seed { get; init; }

    public double Number(string name, double whenAbsent) =>
        !Parameters.TryGetValue(name, out ParameterScalar value) ? whenAbsent : Require(name, value);

    /// <exception cref="MergeException">The value is not in the range.</exception>
    public double Number(string name, double whenAbsent, Func<double, bool> isValid, string range)
    {
        double value = Number(name, whenAbsent);
        return isValid(value)
            ? value
            : throw new MergeException($"{name} must be {range}, not {Parameters[name]}", line: Parameters[name].Line);
    }

    public bool Flag(string name, bool whenAbsent) => Number(name, whenAbsent ? 1 : 0) != 0;

    public double Number(InputSpec input, string name, double? whenAbsent) =>
        input.Parameters.TryGetValue(name, out ParameterScalar value) ? Require(name, value)
            : whenAbsent ?? throw new MergeException(
                $"{Method.Name} needs the parameter '{name}', which the recipe does not set for '{input.Model}'",
                tensor: Tensor, line: input.Line);

    private double Require(string name, ParameterScalar value) =>
        value.Text is null
            ? value.Number
            : throw new MergeException($"'{name}' must be a number, not '{value.Text}'", tensor: Tensor, line: value.Line);
}

/// <summary>The parameters of one input.</summary>
/// <param name="Model">The model's name in the recipe.</param>
/// <param name="ModelIndex">The model's index, which also seeds its random numbers.</param>
/// <param name="IsBase">Whether deltas are relative to this model.</param>
/// <param name="Parameters">weight, density, gamma, epsilon, scale.</param>
/// <param name="Line">The recipe line of the model.</param>
internal sealed record InputSpec(string Model, int ModelIndex, bool IsBase, IReadOnlyDictionary<string, ParameterScalar> Parameters,
    int? Line = null);
