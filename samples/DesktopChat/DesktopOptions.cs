namespace DesktopChat;

/// <summary>Startup options; everything else is set in the window.</summary>
internal sealed record DesktopOptions
{
    /// <summary>The model to load at startup; null uses the last one, else the repository's.</summary>
    public string? Model { get; init; }

    /// <summary>An additional folder whose models the picker shows.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>The repository's models folder if the program runs inside the repository; otherwise null.</summary>
    public string? RepositoryModels { get; init; } = DefaultModel.FindFolder();

    /// <summary>The folder for conversations and settings.</summary>
    public string DataFolder { get; init; } = DesktopChat.DataFolder.DefaultPath;

    /// <summary>The loopback port; 0 picks a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether to open a window; false only prints the address.</summary>
    public bool OpenWindow { get; init; } = true;
}
