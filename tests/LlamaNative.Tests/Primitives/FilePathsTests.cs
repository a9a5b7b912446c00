namespace LlamaNative.Tests.Primitives;

public sealed class FilePathsTests
{
    [Fact]
    public void A_file_is_the_same_in_every_spelling()
    {
        string full = Path.Combine(Environment.CurrentDirectory, "models", "a.gguf");
        Assert.True(FilePaths.AreSame(full, "models/a.gguf"));
        Assert.True(FilePaths.AreSame("./models/../models/a.gguf", full));
        Assert.True(FilePaths.AreSame("models", "models/"));
        Assert.False(FilePaths.AreSame(full, "models/b.gguf"));
        bool caseMatters = OperatingSystem.IsLinux();
        Assert.Equal(!caseMatters, FilePaths.AreSame(full, "Models/A.gguf"));
    }
}
