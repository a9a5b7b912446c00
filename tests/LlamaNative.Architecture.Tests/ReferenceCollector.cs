using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LlamaNative.Architecture.Tests;

/// <summary>A place in one file that uses something declared in another file of the same assembly.</summary>
internal sealed record CodeReference(SourceFile From, int Line, SourceFile To, string Symbol);

/// <summary>Finds the references of every file from resolved symbols; <c>using</c> directives and comments do not count.</summary>
internal sealed class ReferenceCollector
{
    private static readonly SymbolDisplayFormat s_display = SymbolDisplayFormat.CSharpShortErrorMessageFormat;

    private readonly CompiledAssembly _assembly;
    private readonly Dictionary<(SourceFile, string), CodeReference> _found = [];

    private ReferenceCollector(CompiledAssembly assembly) => _assembly = assembly;

    /// <summary>Every symbol that a file uses of another, once with the first line that uses it.</summary>
    public static IReadOnlyList<CodeReference> Collect(CompiledAssembly assembly)
    {
        var collector = new ReferenceCollector(assembly);
        foreach ((SyntaxTree tree, SourceFile file) in assembly.Files)
        {
            collector.Walk(assembly.Compilation.GetSemanticModel(tree), tree.GetRoot(), file);
        }

        return [.. collector._found.Values];
    }

    private void Walk(SemanticModel model, SyntaxNode root, SourceFile file)
    {
        foreach (SyntaxNode node in root.DescendantNodes(node => node is not UsingDirectiveSyntax))
        {
            foreach (ISymbol symbol in SymbolsOf(model, node))
            {
                Add(file, node, symbol);
            }
        }
    }

    private static IEnumerable<ISymbol> SymbolsOf(SemanticModel model, SyntaxNode node)
    {
        // Also includes references without a name: operators, indexers, constructors, conversions, enumerators and so on.
        IEnumerable<ISymbol?> symbols = node switch
        {
            AssignmentExpressionSyntax assignment =>
                [model.GetSymbolInfo(assignment).Symbol, .. Methods(model.GetDeconstructionInfo(assignment))],
            AwaitExpressionSyntax wait => [model.GetAwaitExpressionInfo(wait).GetAwaiterMethod],
            ExpressionSyntax expression => [model.GetSymbolInfo(expression).Symbol, model.GetConversion(expression).MethodSymbol],
            AttributeSyntax attribute => [model.GetSymbolInfo(attribute).Symbol],
            ConstructorInitializerSyntax initializer => [model.GetSymbolInfo(initializer).Symbol],
            PrimaryConstructorBaseTypeSyntax initializer => [model.GetSymbolInfo(initializer).Symbol],
            CommonForEachStatementSyntax loop => [.. OfLoop(model, loop)],
            _ => [],
        };
        return symbols.OfType<ISymbol>().SelectMany(Parts);
    }

    private static IEnumerable<ISymbol?> OfLoop(SemanticModel model, CommonForEachStatementSyntax loop)
    {
        ForEachStatementInfo info = model.GetForEachStatementInfo(loop);
        IEnumerable<ISymbol?> parts = loop is ForEachVariableStatementSyntax parted ? Methods(model.GetDeconstructionInfo(parted)) : [];
        return [info.GetEnumeratorMethod, info.ElementType, info.ElementConversion.MethodSymbol, .. parts];
    }

    private static IEnumerable<ISymbol?> Methods(DeconstructionInfo info) => [info.Method, .. info.Nested.SelectMany(Methods)];

    /// <summary>The symbol itself, or the component types of arrays, pointers and constructed types.</summary>
    private static IEnumerable<ISymbol> Parts(ISymbol symbol) => symbol switch
    {
        INamespaceSymbol or ILocalSymbol or IParameterSymbol or ITypeParameterSymbol or ILabelSymbol or IRangeVariableSymbol => [],
        IArrayTypeSymbol array => Parts(array.ElementType),
        IPointerTypeSymbol pointer => Parts(pointer.PointedAtType),
        INamedTypeSymbol { IsGenericType: true } type => [type.OriginalDefinition, .. type.TypeArguments.SelectMany(Parts)],
        IMethodSymbol { ReducedFrom: { } extension } => [extension.OriginalDefinition],
        _ => [symbol.OriginalDefinition],
    };

    private void Add(SourceFile file, SyntaxNode node, ISymbol symbol)
    {
        List<SourceFile> declared = DeclaringFiles(symbol);
        if (declared.Count == 0 || declared.Any(other => other.Folder == file.Folder))
        {
            return;
        }

        string name = symbol.ToDisplayString(s_display);
        int line = node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
        _found.TryAdd((file, name), new CodeReference(file, line, declared[0], name));
    }

    /// <summary>The files of this assembly that declare a symbol; compiler-generated members count as their type's.</summary>
    private List<SourceFile> DeclaringFiles(ISymbol symbol)
    {
        for (ISymbol? declared = symbol; declared is not null and not INamespaceSymbol; declared = declared.ContainingSymbol)
        {
            List<SourceFile> files = [.. declared.DeclaringSyntaxReferences
                .Select(reference => _assembly.Files.GetValueOrDefault(reference.SyntaxTree)).OfType<SourceFile>().Distinct()];
            if (files.Count > 0)
            {
                return files;
            }
        }

        return [];
    }
}
