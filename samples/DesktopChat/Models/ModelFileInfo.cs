namespace DesktopChat.Models;

/// <summary>What the picker shows.</summary>
/// <param name="Models">The model files found.</param>
/// <param name="Folders">The folders looked into.</param>
/// <param name="Notes">What could not be looked at, and why.</param>
internal sealed record ModelListing(IReadOnlyList<ModelFileInfo> Models, IReadOnlyList<string> Folders, IReadOnlyList<string> Notes);

/// <summary>A model file as its own header describes it; read without any native library.</summary>
/// <param name="Path">The file; of a split model the first part.</param>
/// <param name="FileName">The file's name.</param>
/// <param name="Size">Bytes of all parts.</param>
internal sealed record ModelFileInfo(string Path, string FileName, long Size)
{
    /// <summary>The name the model gives itself.</summary>
    public string? Name { get; init; }

    public string? Architecture { get; init; }

    /// <summary>Weights in all tensors.</summary>
    public long Parameters { get; init; }

    /// <summary>How most of them are stored, e.g. <c>Q4_K_M</c>.</summary>
    public string? Quantization { get; init; }

    /// <summary>Tokens it was trained to see at once.</summary>
    public long? ContextLength { get; init; }

    /// <summary>Whether the file brings a chat template; without one ChatML is used.</summary>
    public bool HasChatTemplate { get; init; }

    /// <summary>Why it cannot be chatted with; null when it can.</summary>
    public string? Problem { get; init; }
}
