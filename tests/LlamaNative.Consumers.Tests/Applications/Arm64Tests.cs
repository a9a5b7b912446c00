using LlamaNative.Consumers.Tests.Packages;
using LlamaNative.Tests;

namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>The libraries for linux-arm64 out of their package, run: they answer as those of this machine do.</summary>
[Collection(nameof(Workshop))]
public sealed class Arm64Tests(Workshop workshop)
{
    // A question that was learned, because kernels of another processor round otherwise and a story may take another turn.
    private const string Question = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n";

    [QemuTheory]
    [InlineData("cortex-a53")] // the oldest build, armv8.0
    [InlineData("cortex-a76")] // dot products
    [InlineData("max")]        // all that the emulator knows
    public async Task The_libraries_answer_on_every_processor(string processor)
    {
        string model = Path.Combine(SharedFiles.RepositoryRoot, "models", "tiny-chat.gguf");
        string expected = Story.Continue(model, Question, parseSpecial: true);
        Assert.Contains("Paris", expected, StringComparison.Ordinal);

        string libraries = Extract();
        string story = await CompileAsync(libraries);
        CommandResult run = await new Command(Qemu.Emulator,
            "-cpu", processor, "-L", Qemu.Root, "-E", "LD_LIBRARY_PATH=" + libraries, story, libraries, model, Question, $"{Story.Tokens}").RunAsync();
        Assert.Equal(expected, run.Succeeded().Output);
    }

    private string Extract()
    {
        string folder = Path.Combine(workshop.Folder, "arm64");
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            using var package = new PackageFile(Artifacts.Cpu);
            foreach (string library in package.Libraries("linux-arm64"))
            {
                File.WriteAllBytes(Path.Combine(folder, library), package.Read("runtimes/linux-arm64/native/" + library));
            }
        }

        return folder;
    }

    private async Task<string> CompileAsync(string libraries)
    {
        string output = Path.Combine(workshop.Folder, "arm64-story");
        if (File.Exists(output))
        {
            return output;
        }

        string source = Path.Combine(SharedFiles.RepositoryRoot, "tests", "LlamaNative.Consumers.Tests", "Applications", "story.c");
        string[] linked = [.. Directory.GetFiles(libraries, "lib*.so").Where(file => Path.GetFileName(file) is var name
            && (name.StartsWith("libllama.", StringComparison.Ordinal) || name.StartsWith("libggml.", StringComparison.Ordinal) || name == "libggml-base.so"))];
        CommandResult compiled = await new Command(Qemu.Compiler, ["-O1", "-Wall", "-o", output, source,
            "-I", Path.Combine(Qemu.Source, "include"), "-I", Path.Combine(Qemu.Source, "ggml", "include"), .. linked, "-Wl,-rpath-link," + libraries])
        {
            Environment = new Dictionary<string, string?> { ["PATH"] = "/usr/bin:/bin" }, // the assembler and the linker
        }.RunAsync();
        compiled.Succeeded();
        return output;
    }
}
