using LlamaNative.Consumers.Tests.Packages;

namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>The packaged libraries for musl give the same answers as those of this machine.</summary>
[Collection(nameof(Workshop))]
public sealed class MuslTests(Workshop workshop)
{
    [PackedFact("linux-musl-x64", Need.LinuxX64, Need.Musl, Need.LlamaSource)]
    public async Task The_libraries_answer()
    {
        NativeProgram story = await NativeProgram.CreateAsync(workshop, "linux-musl-x64", "story", Artifacts.Cpu);
        Assert.Equal(workshop.Story.Text, (await story.RunAsync([story.Folder, .. workshop.Story.Arguments])).Output);
    }
}
