using System.Diagnostics;
using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop;

/// <summary>
/// The output of native/upgrade for two releases, with headers and reports small enough to compare by eye. If it missed a
/// difference, an upgrade could call functions with the arguments of the previous release.
/// </summary>
public sealed class UpgradeTests : IDisposable
{
    private static readonly string s_upgrade = Repository.PathOf("native", "upgrade");
    private readonly string _folder = Directory.CreateTempSubdirectory("llamanative-upgrade").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [RequiresFact(Need.Gcc, Need.Node)]
    public void Functions_that_changed_went_or_came_are_named()
    {
        string before = Header("before", """
            #define API __attribute__((visibility("default")))
            // int llama_commented(int a);
            struct llama_thing { int (*llama_member)(int a); };
            API int32_t llama_same(const char * text,
                                   int a);
            API void llama_widened(int a);
            API void llama_removed(void);
            API void llama_deprecated(int a);
            static inline int llama_inline(int a) { return a; }
            """);
        string after = Header("after", """
            #define API __attribute__((visibility("default")))
            struct llama_thing { int (*llama_member)(int a, int b); };
            API int32_t llama_same(const char * text, int a);
            API void llama_widened(int64_t a);
            __attribute__((deprecated("use llama_same() instead"))) API void llama_deprecated(int a);
            API struct llama_thing * llama_new(struct llama_thing * thing);
            static inline int llama_inline(int a) { return a + 1; }
            """);
        string[] lines = Run($$"""
            const functions = folder => functionsOf([folder], ["all.h"]);
            compareFunctions(functions("{{before}}"), functions("{{after}}"), ["llama_same", "llama_widened", "llama_removed", "llama_deprecated", "llama_inline"])
            """);
        Assert.Equal(
        [
            "function llama_widened: void llama_widened(int a)  ->  void llama_widened(int64_t a)",
            "function llama_removed: gone; it was void llama_removed(void)",
            "function llama_deprecated: void llama_deprecated(int a)  ->  __attribute__((deprecated(\"use llama_same()instead\")))void "
            + "llama_deprecated(int a)",
            "new function, not imported: struct llama_thing*llama_new(struct llama_thing*thing)",
        ], lines);
    }

    [RequiresFact(Need.Node)]
    public void Moved_fields_and_changed_numbers_are_named()
    {
        string[] lines = Run("""
            compareReports(
                { structs: { a: { size: 8, fields: { x: { offset: 0, size: 4 }, y: { offset: 4, size: 4 } } }, gone: { size: 4, fields: {} } },
                  enums: { e: { ONE: 1, TWO: 2 } }, constants: { C: 4, D: 5 } },
                { structs: { a: { size: 16, fields: { x: { offset: 0, size: 4 }, z: { offset: 8, size: 8 }, y: { offset: 4, size: 4 } } } },
                  enums: { e: { ONE: 1, TWO: 3, THREE: 2 } }, constants: { C: 4, D: 6 } })
            """);
        Assert.Equal(
        [
            "struct a: 8 -> 16 bytes", "struct a: z absent -> offset 8, 8 bytes", "struct gone: gone",
            "enum e: TWO 2 -> 3", "enum e: THREE absent -> 2", "constant: D 5 -> 6",
        ], lines);
    }

    [RequiresFact(Need.Gcc, Need.Node)]
    public void What_the_compiler_misses_in_the_mirror_is_understood()
    {
        // A field and a value more than the lists know, as abi/layout.c would meet them.
        string source = Path.Combine(_folder, "layout.c");
        File.WriteAllText(source, """
            struct thing { int a; int b; int c; };
            enum kind { ONE, TWO };
            const struct thing complete_thing = { 0, 0, };
            void complete_kind(enum kind value);
            void complete_kind(enum kind value) { switch (value) { case ONE: break; } }
            """);
        string[] lines = Run($$"""
            (({ enums, fields }) => [JSON.stringify(enums), ...fields])(missingFrom(
                spawnSync("gcc", ["-Wall", "-Wextra", "-c", "{{source}}", "-o", "/dev/null"], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } }).stderr))
            """);
        Assert.Equal(["{\"kind\":[\"TWO\"]}", "struct thing: field c is new and not mirrored"], lines);
    }

    [RequiresFact(Need.Gcc, Need.Node)]
    public void Lines_of_log_that_changed_are_named_with_their_new_place()
    {
        string sources = Directory.CreateDirectory(Path.Combine(_folder, "src")).FullName;
        File.WriteAllText(Path.Combine(sources, "a.cpp"), """LOG("%s: same %d\n", f, 1); LOG("%s: reworded = %d\n", f, 2);""");
        File.WriteAllText(Path.Combine(sources, "b.cpp"), """LOG("%s: moved %d\n", f, 3);""");
        string declarations = Path.Combine(_folder, "LogLines.cs");
        File.WriteAllText(declarations, """
            public static LogFormat Same { get; } = new("src/a.cpp", "%s: same %d");
            public static LogFormat Reworded { get; } =
                new("src/a.cpp", "%s: reworded %d", "f");
            public static LogFormat Moved { get; } = new("src/a.cpp", "%s: moved %d");
            """);
        string[] lines = Run($$"""missingFormats(declaredFormats(readFileSync("{{declarations}}", "utf8")), "{{_folder}}")""");
        Assert.Equal(
        [
            "log line \"%s: reworded %d\": no longer in src/a.cpp",
            "log line \"%s: moved %d\": no longer in src/a.cpp, but in src/b.cpp",
        ], lines);
    }

    /// <summary>The command reads the declarations as text: it must find all of them.</summary>
    [RequiresFact(Need.Gcc, Need.Node)]
    public void Every_declared_line_of_log_is_looked_for()
    {
        string declarations = Path.Combine(Repository.Root, "src", "LlamaNative", "Interop", "LogText", "LogLines.cs");
        string[] lines = Run($$"""
            declaredFormats(readFileSync("{{declarations}}", "utf8")).map(({ source, format }) => source + " " + format)
            """);
        Assert.Equal(LogLines.All.Select(line => $"{line.Source} {line.Format}").Order(), lines.Order());
    }

    [RequiresFact(Need.Gcc, Need.Node)]
    public void A_failed_test_shows_the_line_that_stayed_out()
    {
        string message = new MissingLogLineException("while it loads a model", LogLines.ModelBuffer).Message;
        string output = $"Failed Loading\n  Error Message:\n   A.MissingLogLineException : {message}\nFailed again\n   A.B : {message}\n";
        string text = System.Text.Json.JsonSerializer.Serialize(output);
        Assert.Equal([message], Run($"missingLines(1, {text})"));
        Assert.Equal(["out of disk"], Run("missingLines(1, 'out of disk')"));
        Assert.Empty(Run($"missingLines(0, {text})"));
    }

    private string Header(string name, string text)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "all.h"), "#include <stdint.h>\n" + text + "\n");
        return folder;
    }

    // The last statement is the array of lines to print.
    private static string[] Run(string script)
    {
        int last = script.LastIndexOf("\ncompare", StringComparison.Ordinal) + 1;
        ProcessStartInfo start = new("node", ["--input-type=module", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write($"""
            import {"{"} spawnSync {"}"} from "node:child_process";
            import {"{"} readFileSync {"}"} from "node:fs";
            import {"{"} functionsOf {"}"} from "{new Uri(Path.Combine(s_upgrade, "headers.mjs"))}";
            import {"{"} declaredFormats, missingFormats, missingLines {"}"} from "{new Uri(Path.Combine(s_upgrade, "log-lines.mjs"))}";
            import {"{"} compareFunctions, compareReports, missingFrom {"}"} from "{new Uri(Path.Combine(s_upgrade, "compare.mjs"))}";
            {script[..last]}
            console.log(({script[last..]}).join("\n"));
            """);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
