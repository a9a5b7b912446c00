using LlamaNative.Models;

namespace LlamaNative.TestSupport;

/// <summary>A folder for the files of a test, deleted with it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("llamanative-tests-");
    private int _count;

    public string Root => _folder.FullName;

    /// <summary>The names of the files in it.</summary>
    public IEnumerable<string> Entries => _folder.EnumerateFileSystemInfos().Select(entry => entry.Name).Order();

    /// <summary>The full path of a file in it.</summary>
    public string this[string name] => Path.Combine(Root, name);

    /// <summary>The path of a model file that does not exist yet.</summary>
    public string NewPath() => this[$"{_count++}.gguf"];

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public string Save(ModelFile file) => file.Save(NewPath());

    public LlamaModel Load(ModelFile file, ModelOptions? options = null) => LlamaModel.Load(Save(file), options);

    public void Dispose() => _folder.Delete(recursive: true);
}
