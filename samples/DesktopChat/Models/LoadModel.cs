using LlamaNative;
using Microsoft.Extensions.Logging;

namespace DesktopChat.Models;

/// <summary>Loads a model; tests replace it with a slow one.</summary>
internal delegate Task<LlamaModel> LoadModel(string path, ModelOptions options, IProgress<float> progress,
    CancellationToken cancellationToken);
