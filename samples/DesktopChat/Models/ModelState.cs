namespace DesktopChat.Models;

/// <summary>The phase of the model.</summary>
internal enum ModelPhase
{
    None,
    Loading,
    Ready,
    Failed,
}

/// <summary>The state of the model, as shown on pages.</summary>
/// <param name="Phase">The phase.</param>
internal sealed record ModelState(ModelPhase Phase)
{
    public static ModelState None { get; } = new(ModelPhase.None);

    public string? Path { get; init; }

    public string? FileName => System.IO.Path.GetFileName(Path);

    /// <summary>The loading progress, from 0 to 1.</summary>
    public float Progress { get; init; }

    /// <summary>Why it could not be loaded.</summary>
    public string? Error { get; init; }

    /// <summary>Architecture, size and type, as llama.cpp describes them.</summary>
    public string? Description { get; init; }

    public int ContextSize { get; init; }

    /// <summary>The source of the chat template.</summary>
    public string? Template { get; init; }

    /// <summary>The placement of the weights.</summary>
    public string? Placement { get; init; }

    public double LoadSeconds { get; init; }
}
