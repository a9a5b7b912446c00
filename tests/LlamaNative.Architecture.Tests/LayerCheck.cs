using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LlamaNative.Architecture.Tests;

/// <summary>Two sibling folders, and the references of the first to the second.</summary>
/// <param name="Parent">The path of their parent folder, e.g. <c>LlamaNative/Chat</c>.</param>
/// <param name="From">The folder that uses the other, or <see cref="Layer.OwnFiles"/>.</param>
/// <param name="To">The folder that is used, or <see cref="Layer.OwnFiles"/>.</param>
/// <param name="References">Each use.</param>
internal sealed record Arrow(string Parent, string From, string To, IReadOnlyList<CodeReference> References);

/// <summary>Checks the folders of an assembly against the declared order.</summary>
internal static class LayerCheck
{
    /// <summary>The references between sibling folders, at every level.</summary>
    public static IReadOnlyList<Arrow> Arrows(string assembly, IEnumerable<CodeReference> references) =>
    [
        .. references.GroupBy(reference => Siblings(assembly, reference))
            .Select(group => new Arrow(group.Key.Parent, group.Key.From, group.Key.To, [.. group]))
            .OrderBy(arrow => (arrow.Parent, arrow.From, arrow.To)),
    ];

    /// <summary>Each use of a folder that is declared later, as a line.</summary>
    public static IEnumerable<string> AgainstOrder(Layer root, IEnumerable<Arrow> arrows) =>
        arrows.Where(arrow => IsAgainstOrder(root, arrow)).SelectMany(arrow => arrow.References)
            .Select(use => $"{use.From.Path} uses {use.To.Path} ({use.Symbol}, line {use.Line})");

    /// <summary>Whether the folder that is used is declared after the one that uses it.</summary>
    public static bool IsAgainstOrder(Layer root, Arrow arrow)
    {
        Layer? parent = Find(root, arrow.Parent.Split('/'));
        return parent is not null && parent.IndexOf(arrow.To) > parent.IndexOf(arrow.From);
    }

    /// <summary>Each cycle of sibling folders, as a line.</summary>
    public static IEnumerable<string> Cycles(IEnumerable<Arrow> arrows) =>
        arrows.GroupBy(arrow => arrow.Parent).SelectMany(group => CyclesIn(group.Key, [.. group]));

    /// <summary>Each folder with files that is not declared, and each declared folder without files, as a line.</summary>
    public static IEnumerable<string> Undeclared(Layer declared, SourceAssembly assembly)
    {
        HashSet<string> written = [.. declared.FoldersWithFiles()];
        HashSet<string> real = [.. assembly.Files.Select(file => file.Folder)];
        return [
            .. real.Except(written).Select(folder => $"{assembly.Name}/{folder} holds files and is not declared"),
            .. written.Except(real).Select(folder => $"{assembly.Name}/{folder} is declared and holds no files"),
        ];
    }

    /// <summary>Each reference of an assembly to one that is declared later, as a line.</summary>
    public static IEnumerable<string> AssembliesAgainstOrder(Layer root, IEnumerable<SourceAssembly> assemblies) =>
        from assembly in assemblies
        from reference in assembly.References
        where root.IndexOf(reference) >= root.IndexOf(assembly.Name)
        select $"{assembly.Name} refers to {reference}, which is declared after it";

    /// <summary>Each partial type with parts in several folders, as a line.</summary>
    public static IEnumerable<string> ScatteredTypes(CompiledAssembly assembly) =>
        from type in assembly.Files.SelectMany(file => Types(assembly.Compilation.GetSemanticModel(file.Key)))
            .Distinct(SymbolEqualityComparer.Default)
        let files = type.DeclaringSyntaxReferences.Select(part => assembly.Files.GetValueOrDefault(part.SyntaxTree)).OfType<SourceFile>()
        where files.Select(file => file.Folder).Distinct().Count() > 1
        select $"{type.ToDisplayString()} is declared in {string.Join(" and ", files.Select(file => file.Path))}";

    private static IEnumerable<ISymbol> Types(SemanticModel model) =>
        model.SyntaxTree.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            .Select(node => model.GetDeclaredSymbol(node)).OfType<ISymbol>();

    private static (string Parent, string From, string To) Siblings(string assembly, CodeReference reference)
    {
        IReadOnlyList<string> from = reference.From.Folders;
        IReadOnlyList<string> to = reference.To.Folders;
        int common = from.Zip(to).TakeWhile(pair => pair.First == pair.Second).Count();
        return (
            string.Join('/', [assembly, .. from.Take(common)]),
            from.ElementAtOrDefault(common) ?? Layer.OwnFiles,
            to.ElementAtOrDefault(common) ?? Layer.OwnFiles);
    }

    private static Layer? Find(Layer root, IEnumerable<string> path) =>
        path.Aggregate((Layer?)root, (layer, name) => layer?.Children.FirstOrDefault(child => child.Name == name));

    private static IEnumerable<string> CyclesIn(string parent, Arrow[] arrows)
    {
        ILookup<string, string> uses = arrows.ToLookup(arrow => arrow.From, arrow => arrow.To);
        string[] folders = [.. arrows.SelectMany(arrow => new[] { arrow.From, arrow.To }).Distinct().Order(StringComparer.Ordinal)];
        var reached = folders.ToDictionary(folder => folder, folder => Reachable(folder, uses));

        // Folders that reach each other form one cycle.
        return folders.Where(folder => reached[folder].Contains(folder))
            .Select(folder => string.Join(", ", folders.Where(other => reached[folder].Contains(other) && reached[other].Contains(folder))))
            .Distinct()
            .Select(circle => $"{parent}: {circle} use each other in a circle");
    }

    private static HashSet<string> Reachable(string start, ILookup<string, string> uses)
    {
        var found = new HashSet<string>();
        var open = new Queue<string>(uses[start]);
        while (open.TryDequeue(out string? next))
        {
            if (found.Add(next))
            {
                uses[next].ToList().ForEach(open.Enqueue);
            }
        }

        return found;
    }
}
