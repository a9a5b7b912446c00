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

        NativeProgram story = await NativeProgram.CreateAsync(workshop, "linux-arm64", "story", Artifacts.Cpu);
        CommandResult run = await story.RunOnAsync(processor, story.Folder, model, Question, $"{Story.Tokens}");
        Assert.Equal(expected, run.Output);
    }
}
