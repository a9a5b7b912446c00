using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LlamaNative.Architecture.Tests;

/// <summary>A source file and its syntax tree.</summary>
internal sealed record CompiledAssembly(SourceAssembly Source, Compilation Compilation, IReadOnlyDictionary<SyntaxTree, SourceFile> Files);

/// <summary>Compiles assemblies in memory against this test's own runtime and packages, running the same source generators.</summary>
internal static class SourceCompiler
{
    // Documentation is not parsed, because a comment that mentions a type does not depend on it.
    private static readonly CSharpParseOptions s_parsing = new(LanguageVersion.Latest, DocumentationMode.None);

    private static readonly PortableExecutableReference[] s_platform = LoadPlatform();
    private static readonly ISourceGenerator[] s_generators = LoadGenerators();

    private static readonly string[] s_implicitUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
    ];

    /// <summary>Compiles every assembly; those that others refer to come first.</summary>
    /// <exception cref="InvalidOperationException">A source does not compile, or assemblies reference each other in a cycle.</exception>
    public static IReadOnlyList<CompiledAssembly> Compile(IReadOnlyList<SourceAssembly> assemblies)
    {
        var sources = assemblies.ToDictionary(assembly => assembly.Name);
        var done = new Dictionary<string, CompiledAssembly?>();
        MetadataReference[] platform = [.. Platform(sources)];
        return [.. assemblies.Select(assembly => Visit(assembly.Name))];

        CompiledAssembly Visit(string name)
        {
            if (done.TryGetValue(name, out CompiledAssembly? compiled))
            {
                return compiled ?? throw new InvalidOperationException($"{name} refers to itself through other assemblies.");
            }

            done[name] = null;
            IEnumerable<Compilation> referred = Reachable(name, sources).Select(other => Visit(other).Compilation);
            compiled = CompileOne(sources[name], [.. platform, .. referred.Select(other => other.ToMetadataReference())]);
            done[name] = compiled;
            return compiled;
        }
    }

    private static HashSet<string> Reachable(string name, Dictionary<string, SourceAssembly> sources)
    {
        var found = new HashSet<string>();
        var open = new Queue<string>(sources[name].References);
        while (open.TryDequeue(out string? next))
        {
            if (sources.TryGetValue(next, out SourceAssembly? source) && found.Add(next))
            {
                source.References.ToList().ForEach(open.Enqueue);
            }
        }

        return found;
    }

    private static CompiledAssembly CompileOne(SourceAssembly source, IEnumerable<MetadataReference> references)
    {
        var files = source.Files.ToDictionary(file => CSharpSyntaxTree.ParseText(file.Text, s_parsing, file.Path));
        string shared = string.Concat(s_implicitUsings.Select(name => $"global using {name};\n"))
            + "using System.Runtime.CompilerServices;\n"
            + string.Concat(source.Friends.Select(friend => $"[assembly: InternalsVisibleTo(\"{friend}\")]\n"));
        Compilation compilation = CSharpCompilation.Create(
            source.Name,
            [.. files.Keys, CSharpSyntaxTree.ParseText(shared, s_parsing)],
            references,
            new CSharpCompilationOptions(
                source.IsExecutable ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create(s_generators, parseOptions: s_parsing)
            .RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _);

        Diagnostic[] errors = [.. compilation.GetDiagnostics().Where(one => one.Severity == DiagnosticSeverity.Error).Take(10)];
        return errors.Length == 0
            ? new CompiledAssembly(source, compilation, files)
            : throw new InvalidOperationException(
                $"{source.Name} does not compile in the test:\n{string.Join('\n', errors.AsEnumerable())}");
    }

    /// <summary>The runtime's assemblies and those of packages, without this test and the assemblies that are compiled here.</summary>
    private static IEnumerable<MetadataReference> Platform(Dictionary<string, SourceAssembly> compiled) =>
        s_platform.Where(reference => !compiled.ContainsKey(Path.GetFileNameWithoutExtension(reference.FilePath!)));

    private static PortableExecutableReference[] LoadPlatform() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => path != typeof(SourceCompiler).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static ISourceGenerator[] LoadGenerators() =>
    [
        .. typeof(SourceCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "Generators").Value!.Split(';')
            .SelectMany(path => new AnalyzerFileReference(path, new Loader()).GetGenerators(LanguageNames.CSharp)),
    ];

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
            // LoadFrom finds dependencies in the assembly's folder.
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
