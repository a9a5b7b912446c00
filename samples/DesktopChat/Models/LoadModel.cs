using LlamaNative;
using Microsoft.Extensions.Logging;

namespace DesktopChat.Models;

/// <summary>Loads a model; tests give one that takes its time.</summary>
internal delegate Task<LlamaModel> LoadModel(string path, ModelOptions options, ILogger log, IProgress<float> progress, CancellationToken cancellationToken);

internal static class ModelLoading
{
    public static LoadModel Default { get; } = static (path, options, log, progress, cancellationToken) => Task.Run(
        () =>
        {
            LlamaRuntime.Load(new LlamaRuntimeOptions { Logger = log });
            return LlamaModel.Load(path, options, progress, cancellationToken);
        },
        cancellationToken);
}
