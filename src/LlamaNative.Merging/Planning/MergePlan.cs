using System.Globalization;
using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;
using LlamaNative.Merging.Planning;
using LlamaNative.Merging.Recipe;
using LlamaNative.Tensors;

namespace LlamaNative.Merging;

/// <summary>
/// A merge planned down to each tensor, with its models open and nothing written. Print it with <see cref="WriteTo"/>, execute
/// it with <see cref="ModelMerger.Merge(MergePlan, string, IProgress{MergeProgress}?, CancellationToken)"/>.
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

    /// <summary>The output tensors, in file order.</summary>
    public IReadOnlyList<PlannedTensor> Tensors { get; }

    /// <summary>The output's metadata, in file order.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; }

    /// <summary>Problems that do not prevent the merge.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Total size of all tensors in bytes.</summary>
    public long ByteCount => Plans.Sum(plan => plan.ByteCount);

    /// <summary>The paths of the input models.</summary>
    public IReadOnlyList<string> ModelPaths => [.. _models.All.Select(model => model.Path)];

    internal MergeOptions Options { get; }

    internal IReadOnlyList<TensorPlan> Plans { get; }

    internal ModelSet Models => _models;

    /// <summary>Writes one line per output tensor that describes its inputs and method.</summary>
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

    /// <summary>Closes the input models.</summary>
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

/// <summary>A planned output tensor.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The tensor's data type.</param>
/// <param name="Shape">Elements per dimension, fastest-varying first.</param>
/// <param name="Description">Its inputs and method.</param>
public sealed record PlannedTensor(string Name, GgmlType Type, TensorShape Shape, string Description)
{
    /// <summary>The tensor's description in one line.</summary>
    public override string ToString() => $"{Name} {GgmlTypeInfo.Of(Type).Name} {Shape} = {Description}";
}
