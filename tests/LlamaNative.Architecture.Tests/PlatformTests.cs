namespace LlamaNative.Architecture.Tests;

/// <summary>What the assemblies must not use, because it ends the process where a part of the system is missing.</summary>
public sealed class PlatformTests(SourceTree tree) : IClassFixture<SourceTree>
{
    /// <summary>
    /// On Linux, .NET's cryptography requires OpenSSL and terminates the process on first use if it is missing, for example in a minimal
    /// container. System.IO.Hashing has no such dependency.
    /// </summary>
    [Fact]
    public void No_assembly_uses_cryptography()
    {
        SourceFile[] files = [.. tree.Assemblies.SelectMany(assembly => assembly.Files)];
        Assert.True(files.Length > 500, $"only {files.Length} sources were read");
        Assert.Empty(files
            .Where(file => file.Text.Contains("System.Security.Cryptography", StringComparison.Ordinal))
            .Select(file => file.Path));
    }
}
