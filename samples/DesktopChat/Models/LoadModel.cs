using LlamaNative.Models;

namespace DesktopChat.Models;

/// <summary>Loads a model; tests give one that takes its time.</summary>
internal delegate Task<LlamaModel> LoadModel(
    string path, ModelOptions options, IProgress<float> progress, CancellationToken cancellationToken);
