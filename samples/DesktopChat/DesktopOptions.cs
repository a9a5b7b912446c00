namespace DesktopChat;

/// <summary>How the program is started; everything else is set in its window.</summary>
internal sealed record DesktopOptions
{
    /// <summary>The model to load at once; null takes the last one used, else the repository's own.</summary>
    public string? Model { get; init; }

    /// <summary>A folder whose models the picker shows, besides those set in the window.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>The repository's models, where the program runs inside the repository; null elsewhere.</summary>
    public string? RepositoryModels { get; init; } = DefaultModel.FindFolder();

    /// <summary>Where conversations and settings are kept.</summary>
    public string DataFolder { get; init; } = DesktopChat.DataFolder.DefaultPath;

    /// <summary>The loopback port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>False only prints the address.</summary>
    public bool OpenWindow { get; init; } = true;
}
