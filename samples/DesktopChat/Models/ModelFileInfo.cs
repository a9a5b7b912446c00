namespace DesktopChat.Models;

/// <summary>The contents of the model picker.</summary>
/// <param name="Models">The model files found.</param>
/// <param name="Folders">The folders that were searched.</param>
/// <param name="Notes">Folders that could not be searched, with reasons.</param>
internal sealed record ModelListing(IReadOnlyList<ModelFileInfo> Models, IReadOnlyList<string> Folders, IReadOnlyList<string> Notes);

/// <summary>A model file as described by its header, read without a native library.</summary>
/// <param name="Path">The file; for a split model, the first part.</param>
/// <param name="FileName">The file's name.</param>
/// <param name="Size">The size of all parts in bytes.</param>
internal sealed record ModelFileInfo(string Path, string FileName, long Size)
{
    /// <summary>The model's name in its metadata.</summary>
    public string? Name { get; init; }

    public string? Architecture { get; init; }

    /// <summary>The number of parameters.</summary>
    public long Parameters { get; init; }

    /// <summary>The type of most of them, e.g. <c>Q4_K_M</c>.</summary>
    public string? Quantization { get; init; }

    /// <summary>The context size the model was trained with.</summary>
    public long? ContextLength { get; init; }

    /// <summary>Whether the file has a chat template; otherwise ChatML is used.</summary>
    public bool HasChatTemplate { get; init; }

    /// <summary>Why it cannot be used for chat; null if it can.</summary>
    public string? Problem { get; init; }
}
