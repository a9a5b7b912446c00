using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Models;

/// <summary>
/// Quantizes model files: llama.cpp chooses the types, its kernels make the blocks, and the file is written here,
/// tensor by tensor, so that it can be watched and cancelled. (<c>llama_model_quantize</c> itself cannot be stopped.)
/// </summary>
public static class ModelQuantizer
{
    /// <summary>What quantization would make of a model, without doing it.</summary>
    /// <exception cref="ArgumentException">An option is bad; the exception names it.</exception>
    /// <exception cref="ModelQuantizationException">The model is none that llama.cpp knows, or cannot be quantized as asked.</exception>
    /// <exception cref="GgufFormatException">The file is no well-formed GGUF, or would bring llama.cpp down.</exception>
    public static IReadOnlyList<QuantizedTensor> Plan(string path, ModelQuantizationOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LlamaRuntime.Load();
        using GgufFile file = GgufFile.Open(path);
        return [.. QuantizationPlan.Make(path, file, Checked(options)).Tensors.Select(tensor => tensor.Result)];
    }

    /// <summary>Quantizes a model into another file, which appears only when it is complete.</summary>
    /// <param name="path">The model; of a split one any part.</param>
    /// <param name="outputPath">The file to write; with <see cref="ModelQuantizationOptions.KeepSplit"/> the beginning of the parts'
    /// names.</param>
    /// <param name="options">How; null for Q4_K_M.</param>
    /// <param name="progress">Told of each tensor, and of every buffer done.</param>
    /// <param name="cancellationToken">Stops within a buffer's time; nothing is left behind.</param>
    /// <returns>The tensors of the result.</returns>
    /// <exception cref="ArgumentException">An option is bad; the exception names it.</exception>
    /// <exception cref="ModelQuantizationException">The model is none that llama.cpp knows, or cannot be quantized as asked.</exception>
    /// <exception cref="GgufFormatException">The file is no well-formed GGUF, or would bring llama.cpp down.</exception>
    /// <exception cref="LlamaException">A tensor holds numbers that are not finite.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Quantization was cancelled.</exception>
    public static IReadOnlyList<QuantizedTensor> Quantize(
        string path,
        string outputPath,
        ModelQuantizationOptions? options = null,
        IProgress<ModelQuantizationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        options = Checked(options);
        cancellationToken.ThrowIfCancellationRequested();
        LlamaRuntime.Load();
        using GgufFile file = GgufFile.Open(path);
        if (file.HasPath(outputPath))
        {
            throw new ArgumentException($"'{outputPath}' is the model itself.", nameof(outputPath));
        }

        QuantizationPlan plan = QuantizationPlan.Make(path, file, options);
        var run = new QuantizationRun(path, file, plan, options, progress, cancellationToken);
        run.Write(outputPath);
        return [.. plan.Tensors.Select(tensor => tensor.Result)];
    }

    /// <summary><see cref="Quantize"/> on pool threads.</summary>
    public static Task<IReadOnlyList<QuantizedTensor>> QuantizeAsync(
        string path,
        string outputPath,
        ModelQuantizationOptions? options = null,
        IProgress<ModelQuantizationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Quantize(path, outputPath, options, progress, cancellationToken), cancellationToken);

    /// <summary><see cref="Plan"/> on a pool thread; once begun it ends, as llama.cpp cannot be stopped in it.</summary>
    public static Task<IReadOnlyList<QuantizedTensor>> PlanAsync(
        string path, ModelQuantizationOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Plan(path, options), cancellationToken);

    private static ModelQuantizationOptions Checked(ModelQuantizationOptions? options)
    {
        options ??= new ModelQuantizationOptions();
        options.Validate();
        return options;
    }
}
