namespace LlamaNative.Architecture.Tests;

/// <summary>The declared layers of docs/layers.txt and the sources of src, compiled once for all tests.</summary>
public sealed class SourceTree
{
    internal Layer Declared { get; } = LayerReader.Read(Repository.Read("docs/layers.txt")!);

    internal IReadOnlyList<SourceAssembly> Assemblies { get; } = ProjectReader.ReadAll(Path.Combine(Repository.Root, "src"));

    internal IReadOnlyList<CompiledAssembly> Compiled { get; }

    internal IReadOnlyList<Arrow> Arrows { get; }

    public SourceTree()
    {
        Compiled = SourceCompiler.Compile(Assemblies);
        Arrows = [.. Compiled.SelectMany(assembly => LayerCheck.Arrows(assembly.Source.Name, ReferenceCollector.Collect(assembly)))];
    }
}
