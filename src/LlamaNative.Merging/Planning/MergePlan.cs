using System.Globalization;
using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;
using LlamaNative.Merging.Planning;
using LlamaNative.Merging.Recipe;
using LlamaNative.Tensors;

namespace LlamaNative.Merging;

/// <summary>
/// A merge worked out to the last tensor, with its models open and nothing written: see what it would do with
/// <see cref="WriteTo"/>, then run it with
/// <see cref="ModelMerger.Merge(MergePlan, string, IProgress{MergeProgress}?, CancellationToken)"/>.
/// </summary>
public sealed class MergePlan : IDisposable
{
    private readonly ModelSet _models;

    internal MergePlan(MergeRecipe recipe, MergeOptions options, ModelSet models, IReadOnlyList<TensorPlan> tensors,
        OrderedDictionary<string, GgufValue> metadata, IReadOnlyList<string> warnings)
    {
        Recipe = recipe;
        Options = options;
        _models = models;
        Plans = tensors;
        Metadata = metadata;
        Warnings = warnings;
        Tensors = [.. tensors.Select(plan => new PlannedTensor(plan.Name, plan.Type, plan.Spec.Shape, Describe(plan)))];
    }

    /// <summary>The recipe.</summary>
    public MergeRecipe Recipe { get; }

    /// <summary>The output's tensors in order.</summary>
    public IReadOnlyList<PlannedTensor> Tensors { get; }

    /// <summary>The output's metadata in order.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; }

    /// <summary>What is odd but does not stand in the way.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The bytes of all tensors.</summary>
    public long ByteCount => Plans.Sum(plan => plan.ByteCount);

    /// <summary>The files read.</summary>
    public IReadOnlyList<string> ModelPaths => [.. _models.All.Select(model => model.Path)];

    internal MergeOptions Options { get; }

    internal IReadOnlyList<TensorPlan> Plans { get; }

    internal ModelSet Models => _models;

    /// <summary>Writes what each output tensor is made of, one line each.</summary>
    public void WriteTo(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (string warning in Warnings)
        {
            writer.WriteLine($"warning: {warning}");
        }

        foreach (PlannedTensor tensor in Tensors)
        {
            writer.WriteLine(tensor);
        }

        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Tensors.Count} tensors, {ByteCount} bytes"));
    }

    /// <summary>Closes the models.</summary>
    public void Dispose() => _models.Dispose();

    private static string Describe(TensorPlan plan)
    {
        IEnumerable<string> inputs = plan.Inputs.Zip(plan.Spec.Inputs, (input, spec) =>
        {
            var notes = spec.Parameters.Select(parameter => $"{parameter.Key} {parameter.Value}").ToList();
            if (spec.IsBase)
            {
                notes.Insert(0, "base");
            }

            if (input.Rows is not null)
            {
                notes.Add("rows by token");
            }

            string type = GgmlTypeInfo.Of(input.Tensor.Type).Name;
            return $"{spec.Model}:{input.Tensor.Name} {type}" + (notes.Count == 0 ? "" : $" ({string.Join(", ", notes)})");
        });
        string method = plan.IsCopy ? "copy" : string.Join(' ',
            plan.Spec.Parameters.Select(parameter => $"{parameter.Key}={parameter.Value}").Prepend(plan.Spec.Method.Name));
        return $"{method} of {string.Join(" and ", inputs)}";
    }
}

/// <summary>An output tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Shape">Elements per dimension, fastest first.</param>
/// <param name="Description">What it is made of.</param>
public sealed record PlannedTensor(string Name, GgmlType Type, TensorShape Shape, string Description)
{
    /// <summary>The tensor on one line.</summary>
    public override string ToString() => $"{Name} {GgmlTypeInfo.Of(Type).Name} {Shape} = {Description}";
}
