using System.Text.Json;

namespace LlamaNative.Tests.Interop;

/// <summary>The pin of llama.cpp: one release everywhere, and a hash for everything that is downloaded.</summary>
public sealed class NativePinTests
{
    private static readonly string s_native = Repository.PathOf("native");

    [Theory]
    [InlineData("")]
    [InlineData("vulkan")]
    [InlineData("cuda")]
    public void Every_package_is_pinned_by_version_and_hash_without_an_address(string folder)
    {
        using JsonDocument manifest = Read(folder, "package.json");
        using JsonDocument lockfile = Read(folder, "package-lock.json");
        JsonElement packages = lockfile.RootElement.GetProperty("packages");
        JsonElement pins = manifest.RootElement.GetProperty("optionalDependencies");

        foreach (JsonProperty platform in manifest.RootElement.GetProperty("llamaNative").GetProperty("packages").EnumerateObject())
        {
            string name = platform.Value.GetString()!;
            JsonElement locked = packages.GetProperty("node_modules/" + name);
            Assert.Equal(pins.GetProperty(name).GetString(), locked.GetProperty("version").GetString());
            Assert.StartsWith("sha512-", locked.GetProperty("integrity").GetString(), StringComparison.Ordinal);
            Assert.False(locked.TryGetProperty("resolved", out _), $"{name} names the registry it came from; see .npmrc");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("vulkan")]
    [InlineData("cuda")]
    public void Libraries_source_and_structs_are_of_one_release(string folder)
    {
        using JsonDocument manifest = Read(folder, "package.json");
        using JsonDocument cpu = Read("", "package.json");
        JsonElement source = cpu.RootElement.GetProperty("llamaNative").GetProperty("source");

        Assert.Equal(AbiReport.Load().Release, manifest.RootElement.GetProperty("llamaNative").GetProperty("release").GetString());
        Assert.All(manifest.RootElement.GetProperty("optionalDependencies").EnumerateObject(),
            package => Assert.Equal(source.GetProperty("version").GetString(), package.Value.GetString()));
    }

    private static JsonDocument Read(string folder, string file) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(s_native, folder, file)));
}
