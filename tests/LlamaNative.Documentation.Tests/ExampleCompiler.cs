using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace LlamaNative.Documentation.Tests;

/// <summary>Compiles an example as a console application of the .NET SDK would: top-level statements, implicit usings.</summary>
internal static class ExampleCompiler
{
    /// <summary>The SDK's implicit usings for a console application.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions s_language = new(LanguageVersion.Latest);

    /// <summary>The references of this process: the framework and the library's assemblies.</summary>
    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("xunit", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The compiler's errors and warnings.</summary>
    public static IReadOnlyList<string> Check(params string[] sources)
    {
        using var nowhere = new MemoryStream();
        return Messages(Compilation(sources).Emit(nowhere));
    }

    /// <summary>Compiles a program and loads it.</summary>
    public static MethodInfo Load(string source)
    {
        using var image = new MemoryStream();
        EmitResult result = Compilation([source]).Emit(image);
        Assert.Empty(Messages(result));
        return Assembly.Load(image.ToArray()).EntryPoint!;
    }

    private static CSharpCompilation Compilation(string[] sources) => CSharpCompilation.Create(
        "Example",
        [.. sources.Append(ImplicitUsings).Select(source => CSharpSyntaxTree.ParseText(source, s_language))],
        s_references,
        new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

    private static string[] Messages(EmitResult result) =>
        [.. result.Diagnostics.Where(message => message.Severity >= DiagnosticSeverity.Warning).Select(message => message.ToString())];
}
