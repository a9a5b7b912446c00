namespace DesktopChat.Models;

/// <summary>Where the one model stands.</summary>
internal enum ModelPhase
{
    None,
    Loading,
    Ready,
    Failed,
}

/// <summary>The model as the pages show it.</summary>
/// <param name="Phase">Where it stands.</param>
internal sealed record ModelState(ModelPhase Phase)
{
    public static ModelState None { get; } = new(ModelPhase.None);

    public string? Path { get; init; }

    public string? FileName => System.IO.Path.GetFileName(Path);

    /// <summary>The part already loaded, from 0 to 1.</summary>
    public float Progress { get; init; }

    /// <summary>Why it could not be loaded.</summary>
    public string? Error { get; init; }

    /// <summary>Architecture, size and type in llama.cpp's words.</summary>
    public string? Description { get; init; }

    public int ContextSize { get; init; }

    /// <summary>Where the chat template comes from.</summary>
    public string? Template { get; init; }

    /// <summary>Which memory holds the weights.</summary>
    public string? Placement { get; init; }

    public double LoadSeconds { get; init; }
}
