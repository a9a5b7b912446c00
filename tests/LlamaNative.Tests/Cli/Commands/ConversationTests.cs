using System.Text;
using LlamaNative.Chat;
using LlamaNative.Contexts;

namespace LlamaNative.Tests.Cli;

/// <summary>However a chat with a session file ends, the next one continues it. The processes and signals are real.</summary>
public sealed class ConversationTests : IDisposable
{
    private readonly TemporaryFolder _files = new();

    private string File => _files["saved.chat"];

    public void Dispose() => _files.Dispose();

    [RequiresTheory(Need.Signals)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    [InlineData("KILL", 137)]
    public async Task A_signal_at_the_prompt_loses_nothing(string signal, int exitCode)
    {
        string[] arguments = ["chat", "-m", Repository.TinyChat, "--session", File, "-n", "40", "--temp", "0", "-t", "1"];
        using (RunningTool chat = Tool.Start(arguments))
        {
            await chat.WriteLineAsync("My name is Ada.");
            await chat.ReadUntilAsync(text => text.EndsWith('\n'));
            Assert.Equal(exitCode, await chat.EndAsync(signal));
        }

        Assert.Equal(["saved.chat"], _files.Entries);
        ToolResult next = await Tool.RunAsync(Encoding.UTF8.GetBytes("What is my name?\n"), arguments);
        Assert.Contains("of 2 messages, with its cache", next.Error, StringComparison.Ordinal);
        Assert.Equal("Your name is Ada.\n", next.Text);
    }

    [RequiresTheory(Need.Signals)]
    [InlineData("TERM", 0)]
    [InlineData("HUP", 0)]
    [InlineData("KILL", 137)]
    public async Task The_console_sample_loses_nothing_either(string signal, int exitCode)
    {
        string[] arguments = ["--session", File, "--temp", "0", "--threads", "1"];
        using (RunningTool chat = Tool.StartChatSample(arguments))
        {
            await chat.WriteLineAsync("My name is Ada.");
            await chat.ReadUntilAsync(text => text.Contains('\n'));
            await chat.WriteLineAsync("Hello!"); // the first answer is saved before the next line is read
            await chat.ReadUntilAsync(text => text.Count(character => character == '\n') > 1);
            Assert.Equal(exitCode, await chat.EndAsync(signal));
        }

        ToolResult next = await Tool.RunChatSampleAsync("What is my name?\n", arguments);
        Assert.Contains("continuing a conversation of ", next.Error, StringComparison.Ordinal);
        Assert.Equal("Your name is Ada.\n", next.Text);
    }

    [RequiresTheory(Need.Signals)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task A_signal_in_the_middle_of_an_answer_keeps_what_was_said(string signal, int exitCode)
    {
        using var tiny = new TinyModel(new TinyModelOptions { ContextLength = 1 << 15 });
        string shown;
        using (RunningTool chat = Tool.Start(
            "chat", "-m", tiny.Path, "--session", File, "--ignore-eos", "-c", "32768", "--temp", "0", "-t", "1"))
        {
            await chat.WriteLineAsync("the cat");
            await chat.ReadUntilAsync(text => text.Length > 20);
            Assert.Equal(exitCode, await chat.EndAsync(signal));
            shown = chat.Text;
        }

        using LlamaModel model = tiny.Load();
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 1 << 15, Threads = 1 });
        var session = new ChatSession(context);
        session.Load(File);
        Assert.Equal("the cat", session.Messages[0].Content);
        Assert.Equal(2, session.Messages.Count);
        Assert.StartsWith(shown.Trim(), session.Messages[1].Content!.Trim(), StringComparison.Ordinal);
    }

    /// <summary>The signal may come before the answer begins; then the message is answered when the conversation is resumed.</summary>
    [RequiresFact(Need.Signals)]
    public async Task A_signal_before_the_answer_keeps_the_message()
    {
        using var tiny = new TinyModel(new TinyModelOptions { ContextLength = 1 << 15 });
        string[] arguments =
            ["chat", "-m", tiny.Path, "--session", File, "-c", "32768", "-n", "4", "--ignore-eos", "--temp", "0", "-t", "1"];
        string message = new('x', 10_000);
        using (RunningTool chat = Tool.Start(arguments))
        {
            await chat.WriteLineAsync("the cat");
            await chat.ReadUntilAsync(text => text.EndsWith('\n'));
            await chat.WriteLineAsync(message);
            await Task.Delay(200);
            Assert.Equal(143, await chat.EndAsync("TERM"));
        }

        ToolResult next = await Tool.RunAsync([], arguments);
        Assert.True(next.ExitCode == 0, next.Error);
        using LlamaModel model = tiny.Load();
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 1 << 15, Threads = 1 });
        var session = new ChatSession(context);
        session.Load(File);
        Assert.Equal(4, session.Messages.Count);
        Assert.Equal(message, session.Messages[2].Content);
        Assert.Equal(ChatRole.Assistant, session.Messages[3].Role);
    }

    [Fact]
    public async Task A_reader_that_closes_the_output_loses_nothing()
    {
        using var tiny = new TinyModel(new TinyModelOptions { ContextLength = 1 << 15 });
        using (RunningTool chat = Tool.Start(
            "chat", "-m", tiny.Path, "--session", File, "--ignore-eos", "-c", "32768", "--temp", "0", "-t", "1"))
        {
            await chat.WriteLineAsync("the cat");
            await chat.ReadUntilAsync(text => text.Length > 20);
            chat.CloseOutput();
            Assert.Equal(1, await chat.WaitAsync());
        }

        using LlamaModel model = tiny.Load();
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 1 << 15, Threads = 1 });
        var session = new ChatSession(context);
        session.Load(File);
        Assert.Equal(["user", "assistant"], session.Messages.Select(message => message.Role));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_and_the_answer_still_comes()
    {
        string path = Path.Combine(_files.Root, "no", "such", "folder.chat");
        ToolResult result = await Tool.RunAsync(
            Encoding.UTF8.GetBytes("Hello!\n"), "chat", "-m", Repository.TinyChat, "--session", path, "-n", "40", "--temp", "0", "-t", "1");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("Hello! How can I help you?\n", result.Text);
        Assert.Contains("could not be saved", result.Error, StringComparison.Ordinal);
    }
}
