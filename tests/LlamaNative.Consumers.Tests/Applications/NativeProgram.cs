using System.Diagnostics;
using LlamaNative.Consumers.Tests.Packages;

namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>
/// A C program that calls the libraries of some packages, for a platform that this machine can compile for and run: because it needs no
/// .NET for that platform, it works in an emulator and with another C library.
/// </summary>
internal sealed class NativeProgram
{
    private readonly string[] _launcher;

    private NativeProgram(string folder, string path, string[] launcher) => (Folder, Path, _launcher) = (folder, path, launcher);

    /// <summary>The folder of the packages' libraries and the program.</summary>
    public string Folder { get; }

    public string Path { get; }

    /// <summary>Extracts the libraries of the packages for a platform, and compiles a source file of this folder with them.</summary>
    public static async Task<NativeProgram> CreateAsync(Workshop workshop, string rid, string source, params string[] packages)
    {
        (string compiler, string[] launcher) = Tools(rid);
        string folder = System.IO.Path.Combine(workshop.Folder, $"{rid}-{source}");
        var program = new NativeProgram(folder,
            System.IO.Path.Combine(folder, "program" + (rid.StartsWith("win", StringComparison.Ordinal) ? ".exe" : "")), launcher);
        if (Directory.Exists(folder))
        {
            return program;
        }

        Directory.CreateDirectory(folder);
        foreach (string id in packages)
        {
            using var package = new PackageFile(id);
            foreach (string library in package.Libraries(rid))
            {
                File.WriteAllBytes(System.IO.Path.Combine(folder, library), package.Read($"runtimes/{rid}/native/{library}"));
            }
        }

        string[] linked = [.. Directory.GetFiles(folder).Where(file => IsLinked(System.IO.Path.GetFileName(file)))];
        string[] headers = ["include", "ggml/include", "tools/mtmd"];
        await new Command(compiler, ["-O1", "-Wall", "-o", program.Path,
            Repository.PathOf("tests", "LlamaNative.Consumers.Tests", "Applications", source + ".c"),
            .. headers.Select(header => "-I" + System.IO.Path.Combine(Repository.LlamaSource, header)), .. linked,
            .. rid.StartsWith("win", StringComparison.Ordinal) ? Array.Empty<string>() : ["-Wl,-rpath-link," + folder]])
        {
            Environment = new Dictionary<string, string?> { ["PATH"] = "/usr/bin:/bin" }, // the assembler and the linker
        }.RunSucceedingAsync();
        return program;
    }

    public Task<CommandResult> RunAsync(params string[] arguments) => ToCommand(Path, arguments).RunSucceedingAsync();

    /// <summary>Runs it on another processor, which QEMU emulates.</summary>
    public Task<CommandResult> RunOnAsync(string processor, params string[] arguments)
    {
        Command command = ToCommand(Path, arguments);
        return (command with { Arguments = ["-cpu", processor, .. command.Arguments] }).RunSucceedingAsync();
    }

    /// <summary>Starts a program of the packages.</summary>
    public Process Start(string name, params string[] arguments)
    {
        string path = System.IO.Path.Combine(Folder, name);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101); // NuGet does not keep it
        }

        return ToCommand(path, arguments).Start();
    }

    private static (string Compiler, string[] Launcher) Tools(string rid) => rid switch
    {
        "linux-x64" => ("gcc", []),
        "linux-arm64" => (Arm64Tools.Compiler, [Arm64Tools.Emulator, "-L", Arm64Tools.Root]),
        "linux-musl-x64" => ("musl-gcc", []),
        "win-x64" => ("x86_64-w64-mingw32-gcc-posix", [WineLoader.Path]),
        _ => throw new ArgumentOutOfRangeException(nameof(rid), rid, "no tools for this platform"),
    };

    private static bool IsLinked(string library) =>
        library.StartsWith("lib", StringComparison.Ordinal)
            ? library.StartsWith("libllama.", StringComparison.Ordinal) || library.StartsWith("libggml.", StringComparison.Ordinal)
                || library is "libggml-base.so" or "libmtmd.so"
            : library is "llama.dll" or "ggml.dll" or "ggml-base.dll" or "mtmd.dll";

    private Command ToCommand(string path, string[] arguments)
    {
        string[] all = [.. _launcher, path, .. arguments];
        return new Command(all[0], all[1..])
        {
            WorkingDirectory = Folder,
            Environment = _launcher is [WineLoader.Path]
                ? WineLoader.Environment
                : new Dictionary<string, string?> { ["LD_LIBRARY_PATH"] = Folder },
        };
    }
}
