namespace LlamaNative.Consumers.Tests.Applications;

/// <summary>Folders in which users install and start applications. npm is never on PATH, see <see cref="Command"/>.</summary>
[Collection(nameof(Workshop))]
public sealed class PlaceTests(Workshop workshop)
{
    private static readonly string s_rid = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;

    private Task<PublishedApplication> PortableAsync() => workshop.PublishAsync("ConsoleApp");

    private Task<PublishedApplication> SingleFileAsync() => workshop.PublishAsync("ConsoleApp",
        "-p:PublishSingleFile=true", "-p:SelfContained=false", $"-p:RuntimeIdentifier={s_rid}");

    [Fact]
    public async Task Started_from_another_folder() => await IsToldAsync(await (await PortableAsync()).RunAsync(Path.GetTempPath(), []));

    // If this fails, a user who can write to the current directory of an application can run code in it.
    [Fact]
    public async Task Started_from_a_folder_with_libraries_of_others_it_loads_none_of_them()
    {
        PublishedApplication app = await PortableAsync();
        string elsewhere = Path.Combine(workshop.Folder, "libraries of others");
        Workshop.Copy(Path.Combine(app.Folder, "runtimes", s_rid, "native"), elsewhere);
        CommandResult run = await app.RunAsync(elsewhere, []);
        await IsToldAsync(run);
        Assert.Single(run.Error.Split('\n'), line => line.StartsWith("device: CPU", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_a_path_with_spaces_Chinese_and_emoji(bool singleFile)
    {
        PublishedApplication app = singleFile ? await SingleFileAsync() : await PortableAsync();
        string place = Path.Combine(workshop.Folder, $"my apps 我的应用 🦙 {singleFile}");
        Workshop.Copy(app.Folder, place);
        await IsToldAsync(await (app with { Folder = place }).RunAsync(place, []));
    }

    [Fact]
    public async Task With_the_model_in_a_path_with_spaces_Chinese_and_emoji()
    {
        string model = Path.Combine(Directory.CreateDirectory(Path.Combine(workshop.Folder, "models 模型 🦙")).FullName, "故事 🦙.gguf");
        File.Copy(workshop.Story.ModelPath, model);
        await IsToldAsync(await (await PortableAsync()).RunAsync(model, workshop.Story.Prompt, $"{Story.Tokens}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_a_folder_that_may_only_be_read(bool singleFile)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // Windows permissions are not these mode bits
        }

        PublishedApplication app = singleFile ? await SingleFileAsync() : await PortableAsync();
        string place = Path.Combine(workshop.Folder, $"read-only-{singleFile}");
        Workshop.Copy(app.Folder, place);
        string[] before = (app with { Folder = place }).Files;
        SetWritable(place, false);
        try
        {
            // Permissions do not apply to root, so the application is started as the user nobody.
            string[] asNobody = Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv")
                ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
                : [];
            string[] command = [.. asNobody, (app with { Folder = place }).Executable, .. workshop.Story.Arguments];
            await IsToldAsync(await new Command(command[0], command[1..]) { WorkingDirectory = "/" }.RunAsync());
            Assert.Equal(before, (app with { Folder = place }).Files);
        }
        finally
        {
            SetWritable(place, true);
        }
    }

    private Task IsToldAsync(CommandResult run)
    {
        Assert.Equal(workshop.Story.Text, run.Succeeded().Output);
        return Task.CompletedTask;
    }

    private static void SetWritable(string folder, bool writable)
    {
        const UnixFileMode Write = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        foreach (string path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Append(folder))
        {
            if (!OperatingSystem.IsWindows())
            {
                UnixFileMode mode = File.GetUnixFileMode(path);
                File.SetUnixFileMode(path, writable ? mode | UnixFileMode.UserWrite : mode & ~Write);
            }
        }
    }
}
