using LlamaNative.Consumers.Tests.Packages;

namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>The packaged libraries for linux-arm64, run in an emulator, give the same answers as those of this machine.</summary>
[Collection(nameof(Workshop))]
public sealed class Arm64Tests(Workshop workshop)
{
    // A question with a trained answer, because kernels of another processor round differently and a story could diverge.
    private const string Question = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n";

    [RequiresTheory(Need.LinuxX64, Need.Arm64Emulation, Need.LlamaSource)]
    [InlineData("cortex-a53")] // the oldest build, armv8.0
    [InlineData("cortex-a76")] // dot products
    [InlineData("max")]        // all features of the emulator
    public async Task The_libraries_answer_on_every_processor(string processor)
    {
        string model = Repository.PathOf("models", "tiny-chat.gguf");
        string expected = Story.Continue(model, Question, parseSpecial: true);
        Assert.Contains("Paris", expected, StringComparison.Ordinal);

        string libraries = Extract();
        string story = await CompileAsync(libraries);
        CommandResult run = await new Command(Arm64Tools.Emulator,
            "-cpu", processor, "-L", Arm64Tools.Root, "-E", "LD_LIBRARY_PATH=" + libraries, story, libraries,
            model, Question, $"{Story.Tokens}").RunAsync();
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

        string source = Repository.PathOf("tests", "LlamaNative.Consumers.Tests", "Applications", "story.c");
        string[] linked = [.. Directory.GetFiles(libraries, "lib*.so").Where(file => Path.GetFileName(file) is var name
            && (name.StartsWith("libllama.", StringComparison.Ordinal) || name.StartsWith("libggml.", StringComparison.Ordinal)
                || name == "libggml-base.so"))];
        CommandResult compiled = await new Command(Arm64Tools.Compiler, ["-O1", "-Wall", "-o", output, source,
            "-I", Path.Combine(Repository.LlamaSource, "include"), "-I", Path.Combine(Repository.LlamaSource, "ggml", "include"),
            .. linked, "-Wl,-rpath-link," + libraries])
        {
            Environment = new Dictionary<string, string?> { ["PATH"] = "/usr/bin:/bin" }, // the assembler and the linker
        }.RunAsync();
        compiled.Succeeded();
        return output;
    }
}
