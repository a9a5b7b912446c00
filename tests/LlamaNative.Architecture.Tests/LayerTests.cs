using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit.Abstractions;

namespace LlamaNative.Architecture.Tests;

/// <summary>
/// Checks that src follows the order of folders in docs/layers.txt, so that a reader can follow a prompt in one direction.
/// References are determined from the symbols that the compiler resolves.
/// </summary>
public sealed class LayerTests(SourceTree tree, ITestOutputHelper output) : IClassFixture<SourceTree>
{
    [Fact]
    public void No_folder_uses_one_declared_after_it()
    {
        Write("Arrows between folders, with the number of uses", tree.Arrows.Select(Describe));
        AssertNone(LayerCheck.AgainstOrder(tree.Declared, tree.Arrows));
        Assert.True(tree.Arrows.Count > 50, $"only {tree.Arrows.Count} arrows were found: the sources were not read");
    }

    [Fact]
    public void No_folders_use_each_other_in_a_circle() => AssertNone(LayerCheck.Cycles(tree.Arrows));

    [Fact]
    public void Every_folder_is_declared_and_every_declared_folder_exists()
    {
        Write("Files and lines", tree.Assemblies.SelectMany(assembly => assembly.Files.GroupBy(file => file.Folder)
            .Select(folder => $"{assembly.Name}/{folder.Key} {folder.Count()} {folder.Sum(file => file.Lines)}")));
        AssertNone(
            from assembly in tree.Assemblies
            join layer in tree.Declared.Children on assembly.Name equals layer.Name
            from violation in LayerCheck.Undeclared(layer, assembly)
            select violation);
    }

    [Fact]
    public void Assemblies_refer_only_to_those_declared_before_them()
    {
        Assert.Equal(tree.Assemblies.Select(assembly => assembly.Name).Order(), tree.Declared.Children.Select(layer => layer.Name).Order());
        AssertNone(LayerCheck.AssembliesAgainstOrder(tree.Declared, tree.Assemblies));
    }

    /// <summary>Two assemblies may share a sample's folder by linking its files, but the parts of a type must be in one folder.</summary>
    [Fact]
    public void The_parts_of_a_type_lie_in_one_folder() =>
        AssertNone(tree.Compiled.SelectMany(LayerCheck.ScatteredTypes));

    [Fact]
    public void Native_imports_are_declared_in_Interop_alone()
    {
        (string Path, IMethodSymbol Method)[] imports = [.. tree.Compiled.SelectMany(NativeImports)];
        Assert.True(imports.Length > 200, $"only {imports.Length} imports were found");
        AssertNone(imports.Where(import => !import.Path.StartsWith("LlamaNative/Interop/", StringComparison.Ordinal))
            .Select(import => $"{import.Path} imports {import.Method.Name}"));
    }

    private string Describe(Arrow arrow)
    {
        string direction = LayerCheck.IsAgainstOrder(tree.Declared, arrow) ? "against" : "along  ";
        return $"{direction} {arrow.Parent}: {arrow.From} -> {arrow.To} {arrow.References.Count}";
    }

    private static IEnumerable<(string Path, IMethodSymbol Method)> NativeImports(CompiledAssembly assembly) =>
        from file in assembly.Files
        let model = assembly.Compilation.GetSemanticModel(file.Key)
        from node in file.Key.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
        let method = model.GetDeclaredSymbol(node)
        where method.GetAttributes().Any(attribute => attribute.AttributeClass?.Name is "LibraryImportAttribute" or "DllImportAttribute")
        select ($"{assembly.Source.Name}/{file.Value.Path}", method);

    private void Write(string title, IEnumerable<string> lines)
    {
        output.WriteLine(title);
        foreach (string line in lines)
        {
            output.WriteLine(line);
        }
    }

    private static void AssertNone(IEnumerable<string> violations)
    {
        string[] found = [.. violations];
        Assert.True(found.Length == 0, $"{found.Length} found:\n{string.Join('\n', found)}");
    }
}
