using LlamaNative.Merging.Execution;
using LlamaNative.Merging.Planning;

namespace LlamaNative.Merging;

/// <summary>
/// Merges GGUF models. Tensors are streamed in blocks of rows, so memory does not depend on the models' size; the output
/// is written once, in order, to a temporary file that takes its place when it is complete.
/// </summary>
public static class ModelMerger
{
    /// <summary>Works a merge out without reading a tensor or writing anything: all errors of recipes and models show here.</summary>
    /// <exception cref="ArgumentException">An option is bad; the exception names it.</exception>
    /// <exception cref="MergeException">The recipe cannot be carried out on these models.</exception>
    /// <exception cref="NativeLibraryException">The output is to be quantized, and the native library cannot be loaded.</exception>
    public static MergePlan Plan(MergeRecipe recipe, MergeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        options ??= new MergeOptions();
        options.Validate();
        return new MergePlanner(recipe, options).Plan();
    }

    /// <summary>Carries a plan out.</summary>
    /// <param name="plan">The plan; it stays open.</param>
    /// <param name="outputPath">The file to write; its folder must exist. It may not be one of the models.</param>
    /// <param name="progress">Told of every tensor and every block, on the calling thread.</param>
    /// <param name="cancellationToken">Stops between blocks; nothing is left behind.</param>
    /// <exception cref="MergeException">A tensor holds numbers that are not finite, or the output cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Merge(MergePlan plan, string outputPath, IProgress<MergeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        if (plan.Models.All.Any(model => model.File.HasPath(outputPath)))
        {
            throw new ArgumentException($"'{outputPath}' is one of the models", nameof(outputPath));
        }

        new MergeExecutor(plan, progress, cancellationToken).Run(outputPath);
    }

    /// <summary>Plans and merges.</summary>
    /// <exception cref="MergeException">The recipe cannot be carried out on these models, or the output cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Merge(MergeRecipe recipe, string outputPath, MergeOptions? options = null, IProgress<MergeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using MergePlan plan = Plan(recipe, options);
        Merge(plan, outputPath, progress, cancellationToken);
    }

    /// <summary><see cref="Plan"/> on a pool thread; once begun it ends, as llama.cpp cannot be stopped in it.</summary>
    public static Task<MergePlan> PlanAsync(
        MergeRecipe recipe, MergeOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Plan(recipe, options), cancellationToken);

    /// <summary>Carries a plan out on a pool thread, where progress is reported too.</summary>
    /// <exception cref="MergeException">A tensor holds numbers that are not finite, or the output cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task MergeAsync(
        MergePlan plan, string outputPath, IProgress<MergeProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Merge(plan, outputPath, progress, cancellationToken), cancellationToken);

    /// <summary>Plans and merges on a pool thread, where progress is reported too.</summary>
    /// <exception cref="MergeException">The recipe cannot be carried out on these models, or the output cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task MergeAsync(MergeRecipe recipe, string outputPath, MergeOptions? options = null, IProgress<MergeProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Merge(recipe, outputPath, options, progress, cancellationToken), cancellationToken);
}
