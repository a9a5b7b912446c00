namespace LlamaNative.Consumers.Tests;

/// <summary>A published application: a folder with an executable.</summary>
internal sealed record PublishedApplication(string Folder, string Name, string BuildOutput, Story Story)
{
    public string Executable => Path.Combine(Folder, OperatingSystem.IsWindows() ? Name + ".exe" : Name);

    /// <summary>Every file, relative to the folder and with slashes, in ordinal order.</summary>
    public string[] Files =>
    [
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    public Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(Folder, arguments);

    /// <summary>Runs it; without arguments, with those of the story.</summary>
    public Task<CommandResult> RunAsync(string workingDirectory, string[] arguments,
        IReadOnlyDictionary<string, string?>? environment = null) =>
        new Command(Executable, arguments.Length == 0 ? Story.Arguments : arguments)
        {
            WorkingDirectory = workingDirectory,
            Environment = environment ?? new Dictionary<string, string?>(),
        }.RunAsync();

    public async Task<CommandResult> TellsTheStoryAsync(params string[] arguments)
    {
        CommandResult result = (await RunAsync(arguments)).Succeeded();
        Assert.Equal(Story.Text, result.Output);
        return result;
    }
}
