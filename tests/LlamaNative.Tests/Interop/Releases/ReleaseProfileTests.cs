using System.Runtime.InteropServices;
using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop;

/// <summary>Which libraries are accepted. A wrong guess would pass structs of another size, which corrupts memory silently.</summary>
public sealed class ReleaseProfileTests
{
    private const string Version = PinnedRelease.Version;
    private const string Ggml = PinnedRelease.GgmlVersion;
    private const string Pinned = "llama.cpp v" + Version;
    private const string B10221 = "llama.cpp b10221 (LLamaSharp.Backend.* 0.30.0)";

    [Theory]
    [InlineData(Version, Ggml, "5b4ebc5", Pinned)]
    [InlineData(Version + "-dev", Ggml, null, Pinned)] // as npm's libraries say
    [InlineData(Version, "0.18.0", "815a2a591", null)] // bound to another release's ggml
    [InlineData(Version + "1", Ggml, "5b4ebc5", null)]
    [InlineData("0.3.0", "0.22.0", null, null)]
    [InlineData(null, "0.18.0", "815a2a591", B10221)]
    [InlineData(null, "0.18.0", "815a2a5", B10221)] // abbreviated by git in a smaller repository
    [InlineData(null, "0.18.0", "815a2a592", null)] // another release with the same version of ggml
    [InlineData(null, "0.18.0", "815a", null)]
    [InlineData(null, "0.18.0", "", null)]
    [InlineData(null, "0.18.0", null, null)]
    [InlineData(null, Ggml, "815a2a591", null)]
    [InlineData(Version, null, null, null)]
    [InlineData(null, null, null, null)]
    [InlineData("", "", "", null)]
    public void Libraries_are_recognised_by_all_that_they_say(string? llama, string? ggml, string? commit, string? name) =>
        Assert.Equal(name, ReleaseProfile.All.SingleOrDefault(release => release.Matches(new NativeVersion(llama, ggml, commit)))?.Name);

    [Fact]
    public void Unknown_libraries_are_named_with_the_supported_releases()
    {
        var error = Assert.Throws<NativeLibraryException>(
            () => AbiGuard.Recognise(0, new NativeVersion(null, "0.9.4", "0123456"), "/some/folder"));
        Assert.Contains("'/some/folder'", error.Message, StringComparison.Ordinal);
        Assert.Contains("llama.cpp without a version with ggml 0.9.4 (commit 0123456)", error.Message, StringComparison.Ordinal);
        Assert.Contains(Pinned + " and " + B10221, error.Message, StringComparison.Ordinal);
    }

    // A fork may keep the version and change the structs.
    [Fact]
    public void Libraries_with_the_defaults_of_another_release_are_refused()
    {
        using var file = new LoadedLlama();
        foreach (ReleaseProfile release in ReleaseProfile.All)
        {
            Assert.Equal(release == ReleaseProfile.Loaded, release.FindDifference(file.Handle) is null);
        }
    }

    [Fact]
    public void A_library_without_the_functions_is_refused()
    {
        using var file = new LoadedLlama();
        Assert.All(ReleaseProfile.All, release => Assert.Equal("llama_model_default_params", release.FindDifference(file.GgmlHandle)));
    }

    private sealed class LoadedLlama : IDisposable
    {
        public LoadedLlama()
        {
            string directory = LlamaRuntime.Load().Directory;
            var locator = new LibraryLocator();
            Handle = NativeLibrary.Load(locator.FindFile(directory, NativeLibraries.Llama)!);
            GgmlHandle = NativeLibrary.Load(locator.FindFile(directory, NativeLibraries.Ggml)!);
        }

        public nint Handle { get; }

        public nint GgmlHandle { get; }

        public void Dispose()
        {
            NativeLibrary.Free(Handle);
            NativeLibrary.Free(GgmlHandle);
        }
    }
}
