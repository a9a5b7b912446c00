using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Models;

/// <summary>
/// Quantizes model files. llama.cpp chooses the types and its kernels quantize the data; this class writes the file tensor by tensor, which
/// allows progress reports and cancellation. (<c>llama_model_quantize</c> itself cannot be cancelled.)
/// </summary>
public static class ModelQuantizer
{
    /// <summary>Returns the tensors that quantization would produce, without quantizing.</summary>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
    /// <exception cref="ModelQuantizationException">llama.cpp does not support the model, or it cannot be quantized with the given
    /// options.</exception>
    /// <exception cref="GgufFormatException">The file is not valid GGUF, or would make llama.cpp terminate the process.</exception>
    public static IReadOnlyList<QuantizedTensor> Plan(string path, ModelQuantizationOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LlamaRuntime.Load();
        using GgufFile file = GgufFile.Open(path);
        return [.. QuantizationPlan.Make(path, file, Checked(options)).Tensors.Select(tensor => tensor.Result)];
    }

    /// <summary>Quantizes a model to another file, which is created only when it is complete.</summary>
    /// <param name="path">The path of the model; for a split model, of any part.</param>
    /// <param name="outputPath">The path of the file to write. With <see cref="ModelQuantizationOptions.KeepSplit"/>, <c>qs.gguf</c> or
    /// <c>qs</c> writes <c>qs-00001-of-00002.gguf</c> and so on; a model that is not split is written to the path itself.</param>
    /// <param name="options">The options; null for Q4_K_M.</param>
    /// <param name="progress">Receives a report for each tensor and each completed buffer.</param>
    /// <param name="cancellationToken">Cancels after the current buffer and deletes incomplete files.</param>
    /// <returns>The tensors of the result.</returns>
    /// <exception cref="ArgumentException">An option is invalid; the exception names it.</exception>
    /// <exception cref="ModelQuantizationException">llama.cpp does not support the model, or it cannot be quantized with the given
    /// options.</exception>
    /// <exception cref="GgufFormatException">The file is not valid GGUF, or would make llama.cpp terminate the process.</exception>
    /// <exception cref="LlamaException">A tensor contains values that are not finite.</exception>
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
        string[] outputPaths = GgufSplit.OutputPaths(outputPath, options.KeepSplit ? file.Paths.Count : 1);
        if (Array.Find(outputPaths, file.HasPath) is { } same)
        {
            throw new ArgumentException($"The output '{same}' is the input model; choose another path.", nameof(outputPath));
        }

        QuantizationPlan plan = QuantizationPlan.Make(path, file, options);
        var run = new QuantizationRun(path, file, plan, options, progress, cancellationToken);
        run.Write(outputPaths);
        return [.. plan.Tensors.Select(tensor => tensor.Result)];
    }

    /// <summary>Runs <see cref="Quantize"/> on thread pool threads.</summary>
    public static Task<IReadOnlyList<QuantizedTensor>> QuantizeAsync(
        string path,
        string outputPath,
        ModelQuantizationOptions? options = null,
        IProgress<ModelQuantizationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Quantize(path, outputPath, options, progress, cancellationToken), cancellationToken);

    /// <summary>
    /// Runs <see cref="Plan"/> on a thread pool thread. Once started it cannot be cancelled, because llama.cpp cannot be interrupted.
    /// </summary>
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
