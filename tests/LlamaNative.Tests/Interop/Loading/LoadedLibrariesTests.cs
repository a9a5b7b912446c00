using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop;

/// <summary>Finding llama.cpp in the process. What is missed is mixed with the libraries loaded later, which can end the process.</summary>
public sealed class LoadedLibrariesTests
{
    [Fact]
    public void The_three_libraries_of_this_process_are_found_in_their_folder()
    {
        string directory = LlamaRuntime.Load().Directory;
        IReadOnlyList<string> found = LoadedLibraries.Find();
        foreach (string library in NativeLibraries.InLoadOrder.ToArray())
        {
            Assert.Single(found, file => LoadedLibraries.IsNamed(file, library) && Path.GetDirectoryName(file) == directory);
        }
    }

    [RequiresTheory(Need.Linux)]
    [InlineData("/a/libllama.so", "llama", true)]
    [InlineData("/a/libllama.v0.4.0.so", "llama", true)]
    [InlineData("/a/libllama.so.0", "llama", true)]
    [InlineData("/a/libllama.metal.v0.4.0.dylib", "llama", true)]
    [InlineData("/a/libggml-base.so", "ggml-base", true)]
    [InlineData("/a/libggml-base.so", "ggml", false)]
    [InlineData("/a/libggml-base-whisper.so", "ggml-base", false)] // renamed by its author, so that it does not clash
    [InlineData("/a/libllama-common.so", "llama", false)]
    [InlineData("/a/LlamaNative.dll", "llama", false)]
    [InlineData("/models/libllama.gguf", "llama", false)]
    [InlineData("/a.so/libllama.txt", "llama", false)]
    public void Only_files_named_like_a_library_count(string file, string library, bool expected) =>
        Assert.Equal(expected, LoadedLibraries.IsNamed(file, library));
}
