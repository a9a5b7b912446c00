namespace LlamaNative.Architecture.Tests;

/// <summary>The checks find references and cycles that are planted in test sources.</summary>
public sealed class PlantedReferenceTests
{
    private const string Order = """
        # A comment.
        Sample  an assembly
          Low/  the ground
          High/  what is built on it
            *.cs  own files
            Inner/  details
          *.cs  the facade
        """;

    private static readonly (string Path, string Text)[] s_sound =
    [
        ("Low/Ground.cs", "namespace Sample; public class Ground { public int Height; }"),
        ("High/Tower.cs", "namespace Sample; public class Tower { public Ground On = new(); }"),
        ("High/Inner/Stair.cs", "namespace Sample; class Stair { Tower? _tower; }"),
        ("Facade.cs", "namespace Sample; public class Facade { Tower? _tower; Ground? _ground; }"),
    ];

    [Fact]
    public void Sound_sources_have_no_violations() => Assert.Empty(Violations(s_sound));

    [Theory]
    [InlineData("class A { Tower? _field; }", "Tower, line 2")] // the type by its simple name, without a using directive
    [InlineData("class A { global::Sample.Tower? _field; }", "Tower, line 2")]
    [InlineData("class A { object Make() => System.Activator.CreateInstance<Tower>()!; }", "Tower, line 2")]
    [InlineData("/// <summary><see cref=\"Tower\"/></summary>\nclass A;", null)] // a comment is not a reference
    [InlineData("class A { string Name => \"Tower\"; }", null)]
    public void An_arrow_upwards_is_found(string code, string? symbol)
    {
        string[] found = Violations([.. s_sound, ("Low/A.cs", "namespace Sample;\n" + code)]);
        if (symbol is null)
        {
            Assert.Empty(found);
        }
        else
        {
            Assert.Contains($"Low/A.cs uses High/Tower.cs ({symbol})", found);
        }
    }

    /// <summary>References without a name from the later folder: <c>High</c> extends a type of <c>Low</c>.</summary>
    [Theory]
    [InlineData("class A { int Size(Ground ground) => ground.Floors(); }", "Extensions.Floors(Ground)")]
    [InlineData("class A { void Walk(Ground ground) { foreach (int floor in ground) { } } }", "Extensions.GetEnumerator(Ground)")]
    [InlineData("class A { void Sum(Ground ground) { var (a, b) = ground; } }", "Extensions.Deconstruct(Ground, out int, out int)")]
    public void Extension_members_are_arrows_too(string code, string symbol)
    {
        (string, string)[] sources =
        [
            .. s_sound,
            ("Low/A.cs", "namespace Sample;\n" + code),
            ("High/Extensions.cs", """
                namespace Sample;
                using System.Collections.Generic;
                static class Extensions
                {
                    public static int Floors(this Ground ground) => ground.Height;
                    public static IEnumerator<int> GetEnumerator(this Ground ground) { yield return ground.Height; }
                    public static void Deconstruct(this Ground ground, out int a, out int b) => a = b = ground.Height;
                }
                """),
        ];
        Assert.Contains($"Low/A.cs uses High/Extensions.cs ({symbol}, line 2)", Violations(sources));
    }

    [Fact]
    public void Own_files_that_are_declared_as_ground_may_not_use_the_folders_beside_them() =>
        Assert.Contains(
            "High/Roof.cs uses High/Inner/Stair.cs (Stair, line 1)",
            Violations([.. s_sound, ("High/Roof.cs", "namespace Sample; class Roof { Stair? _stair; }")]));

    [Fact]
    public void A_cycle_is_found_at_every_level_and_through_several_folders()
    {
        (string, string)[] sources =
        [
            ("Top/A/One.cs", "namespace Sample; class One { Two? _two; }"),
            ("Top/B/Two.cs", "namespace Sample; class Two { Three? _three; }"),
            ("Top/Three.cs", "namespace Sample; class Three { One? _one; }"),
            ("Top/C/Four.cs", "namespace Sample; class Four { One? _one; }"),
        ];
        Assert.Equal(["Sample/Top: *.cs, A, B use each other in a circle"], LayerCheck.Cycles(Arrows(sources)));
    }

    [Fact]
    public void Folders_that_are_not_declared_and_declared_ones_that_do_not_exist_are_found()
    {
        (string, string)[] sources = [.. s_sound.Where(file => file.Path != "High/Inner/Stair.cs"), ("New/File.cs", "class File;")];
        Assert.Equal(
            ["Sample/New/ holds files and is not declared", "Sample/High/Inner/ is declared and holds no files"],
            LayerCheck.Undeclared(LayerReader.Read(Order).Children[0], Assembly(sources)));
    }

    [Fact]
    public void A_type_whose_parts_lie_in_two_folders_is_found()
    {
        CompiledAssembly compiled = Compile([("Low/A.cs", "partial class A;"), ("High/A.More.cs", "partial class A;")]);
        Assert.Equal(["A is declared in Low/A.cs and High/A.More.cs"], LayerCheck.ScatteredTypes(compiled));
    }

    [Fact]
    public void An_assembly_that_refers_to_a_later_one_is_found()
    {
        Layer order = LayerReader.Read("First  one\nSecond  two");
        SourceAssembly first = new("First", [], ["Second"], [], IsExecutable: false);
        SourceAssembly second = new("Second", [], ["First"], [], IsExecutable: false);
        Assert.Equal(["First refers to Second, which is declared after it"], LayerCheck.AssembliesAgainstOrder(order, [first, second]));
    }

    [Fact]
    public void Sources_that_do_not_compile_are_an_error()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Compile([("A.cs", "class A { Missing? _field; }")]));
        Assert.Contains("CS0246", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A  one\n   B/  three spaces")]
    [InlineData("A  one\n    B/  two levels at once")]
    [InlineData("A")]
    [InlineData("A  one\nA  again")]
    public void An_order_that_is_not_well_formed_is_refused(string text) => Assert.Throws<FormatException>(() => LayerReader.Read(text));

    private static string[] Violations((string Path, string Text)[] sources) =>
        [.. LayerCheck.AgainstOrder(LayerReader.Read(Order), Arrows(sources))];

    private static IReadOnlyList<Arrow> Arrows((string Path, string Text)[] sources) =>
        LayerCheck.Arrows("Sample", ReferenceCollector.Collect(Compile(sources)));

    private static CompiledAssembly Compile((string Path, string Text)[] sources) => SourceCompiler.Compile([Assembly(sources)])[0];

    private static SourceAssembly Assembly((string Path, string Text)[] sources) =>
        new("Sample", [.. sources.Select(source => new SourceFile(source.Path, source.Text))], [], [], IsExecutable: false);
}
