using LlamaNative.Merging.Execution;
using LlamaNative.Merging.Planning;

namespace LlamaNative.Merging;

/// <summary>
/// Merges GGUF models. Tensors are streamed in blocks of rows, so memory use does not depend on model size. The output is
/// written sequentially to a temporary file, which is renamed when it is complete.
/// </summary>
public static class ModelMerger
{
    /// <summary>
    /// Plans a merge without reading tensor data or writing files, and reports all errors in recipes and models.
    /// </summary>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
    /// <exception cref="MergeException">The recipe is invalid or does not suit these models.</exception>
    /// <exception cref="NativeLibraryException">The output is quantized, and the native library cannot be loaded.</exception>
    public static MergePlan Plan(MergeRecipe recipe, MergeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        options ??= new MergeOptions();
        options.Validate();
        return new MergePlanner(recipe, options).Plan();
    }

    /// <summary>Executes a plan.</summary>
    /// <param name="plan">The plan; it is not disposed.</param>
    /// <param name="outputPath">The file to write; its directory must exist, and it must not be an input model.</param>
    /// <param name="progress">Called for every tensor and every block, on the calling thread.</param>
    /// <param name="cancellationToken">Stops between blocks; no files are left.</param>
    /// <exception cref="MergeException">A tensor has non-finite numbers, or the output cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The merge was cancelled.</exception>
    public static void Merge(MergePlan plan, string outputPath, IProgress<MergeProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        if (plan.Models.All.Any(model => model.File.HasPath(outputPath)))
        {
            throw new ArgumentException($"'{outputPath}' is one of the input models; choose another output path", nameof(outputPath));
        }

        new MergeExecutor(plan, progress, cancellationToken).Run(outputPath);
    }

    /// <summary>Plans and executes a merge.</summary>
    /// <exception cref="MergeException">The recipe is invalid or does not suit these models, or the output cannot be
    /// written.</exception>
    /// <exception cref="OperationCanceledException">The merge was cancelled.</exception>
    public static void Merge(MergeRecipe recipe, string outputPath, MergeOptions? options = null,
        IProgress<MergeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using MergePlan plan = Plan(recipe, options);
        Merge(plan, outputPath, progress, cancellationToken);
    }

    /// <summary>
    /// <see cref="Plan"/> on a thread-pool thread. For a quantized output, llama.cpp's choice of tensor types cannot be
    /// cancelled once started.
    /// </summary>
    public static Task<MergePlan> PlanAsync(MergeRecipe recipe, MergeOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Plan(recipe, options), cancellationToken);

    /// <summary>Executes a plan on a thread-pool thread, where progress is reported too.</summary>
    /// <exception cref="MergeException">A tensor has non-finite numbers, or the output cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The merge was cancelled.</exception>
    public static Task MergeAsync(MergePlan plan, string outputPath, IProgress<MergeProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Merge(plan, outputPath, progress, cancellationToken), cancellationToken);

    /// <summary>Plans and executes a merge on a thread-pool thread, where progress is reported too.</summary>
    /// <exception cref="MergeException">The recipe is invalid or does not suit these models, or the output cannot be
    /// written.</exception>
    /// <exception cref="OperationCanceledException">The merge was cancelled.</exception>
    public static Task MergeAsync(MergeRecipe recipe, string outputPath, MergeOptions? options = null,
        IProgress<MergeProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Merge(recipe, outputPath, options, progress, cancellationToken), cancellationToken);
}
