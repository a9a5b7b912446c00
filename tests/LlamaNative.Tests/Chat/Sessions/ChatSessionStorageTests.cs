using System.Text;
using LlamaNative.Chat;
using LlamaNative.Contexts;

namespace LlamaNative.Tests.Chat.Sessions;

/// <summary>Saving and loading a conversation in files and streams, on the caller's thread and on the context's.</summary>
public sealed class ChatSessionStorageTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>, IDisposable
{
    private static readonly GenerationOptions s_greedy =
        new() { MaxTokens = 8, StopAtEndOfGeneration = false, Sampling = SamplingOptions.Greedy };

    private readonly string _folder = Directory.CreateTempSubdirectory("llamanative-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File => Path.Combine(_folder, "对话 😀.chat");

    [Theory]
    [InlineData("Save", "Load")]
    [InlineData("SaveAsync", "LoadAsync")]
    [InlineData("Save stream", "LoadAsync stream")]
    [InlineData("SaveAsync stream", "Load stream")]
    public async Task A_conversation_goes_on_where_it_was_saved(string save, string load)
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        await session.SendAsync("the cat", s_greedy).CompleteAsync();
        await (save switch
        {
            "Save" => Do(() => session.Save(File)),
            "SaveAsync" => session.SaveAsync(File),
            _ => WithStream(FileMode.Create, async stream =>
            {
                // The conversation may start in the middle of a stream.
                stream.WriteByte(7);
                await (save == "Save stream" ? Do(() => session.Save(stream)) : session.SaveAsync(stream));
                return true;
            }),
        });
        string expected = (await session.SendAsync("sto", s_greedy).CompleteAsync()).Content!;

        using LlamaContext later = tiny.NewContext(size: 512);
        ChatSession restored = NewSession(later);
        bool cached = load switch
        {
            "Load" => restored.Load(File),
            "LoadAsync" => await restored.LoadAsync(File),
            _ => await WithStream(FileMode.Open, stream =>
            {
                Assert.Equal(7, stream.ReadByte());
                return load == "Load stream" ? Task.FromResult(restored.Load(stream)) : restored.LoadAsync(stream);
            }),
        };
        Assert.True(cached);
        Assert.Equal(2, restored.Messages.Count);
        Assert.Equal(expected, (await restored.SendAsync("sto", s_greedy).CompleteAsync()).Content);
        Assert.True(restored.LastResult!.Usage.CachedTokens > 20, $"{restored.LastResult.Usage.CachedTokens} tokens from the cache");
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Cancelling_leaves_the_file_and_the_session_as_they_were()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        await session.SendAsync("the cat", s_greedy).CompleteAsync();
        session.Save(File);
        byte[] before = await System.IO.File.ReadAllBytesAsync(File);
        session.Add(ChatMessage.FromUser("sto"));

        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAsync<OperationCanceledException>(() => session.SaveAsync(File, stop.Token));
        Assert.Equal(stop.Token, error.CancellationToken);
        await Assert.ThrowsAsync<OperationCanceledException>(() => session.LoadAsync(File, stop.Token));
        Assert.Equal(3, session.Messages.Count);
        Assert.Equal(before, await System.IO.File.ReadAllBytesAsync(File));

        // Also during the work: the cache is copied in chunks, between which the token is checked.
        await using var stopping = new StoppingStream(before, stop: null);
        await session.LoadAsync(stopping);
        Assert.Equal(2, session.Messages.Count);
        using var late = new CancellationTokenSource();
        await using var stopped = new StoppingStream(before, late);
        session.Add(ChatMessage.FromUser("sto"));
        await Assert.ThrowsAsync<OperationCanceledException>(() => session.LoadAsync(stopped, late.Token));
        Assert.Equal(3, session.Messages.Count);
        await session.SendAsync("the", s_greedy).CompleteAsync();
    }

    [Fact]
    public async Task A_session_that_saves_takes_no_other_call_until_it_is_done()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        session.Add(ChatMessage.FromUser("the cat"));
        await using var slow = new GatedStream();
        Task saving = session.SaveAsync(slow);
        await slow.Entered;
        Assert.Throws<InvalidOperationException>(() => session.Add(ChatMessage.FromUser("x")));
        Assert.Throws<InvalidOperationException>(() => session.SendAsync("x"));
        Assert.Throws<InvalidOperationException>(() => session.Save(File));
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.LoadAsync(File));
        slow.Open();
        await saving;
        session.Add(ChatMessage.FromUser("x"));
        Assert.Equal(2, session.Messages.Count);
    }

    [Fact]
    public async Task What_is_no_conversation_is_refused_and_the_session_stays_usable()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        session.Add(ChatMessage.FromUser("the cat"));
        var zeros = new MemoryStream(new byte[100]);
        Assert.Null((await Assert.ThrowsAsync<ChatSessionFileException>(() => session.LoadAsync(zeros))).Path);
        await System.IO.File.WriteAllTextAsync(File, "once upon a time, there was a file of no use");
        Assert.Equal(File, (await Assert.ThrowsAsync<ChatSessionFileException>(() => session.LoadAsync(File))).Path);
        await Assert.ThrowsAsync<FileNotFoundException>(() => session.LoadAsync(File + ".not"));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => session.SaveAsync(Path.Combine(_folder, "no", "such")));
        await Assert.ThrowsAsync<ArgumentNullException>(() => session.SaveAsync((Stream)null!));
        await using var forwardOnly = new GatedStream();
        await Assert.ThrowsAsync<ArgumentException>(() => session.LoadAsync(forwardOnly));
        Assert.Single(session.Messages);
        await session.SendAsync("the", s_greedy).CompleteAsync();
    }

    // llama.cpp does not check the bytes of a state, so those of another release would be read as something else.
    [Fact]
    public async Task A_state_in_the_format_of_another_release_is_evaluated_again()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        await session.SendAsync("the cat", s_greedy).CompleteAsync();
        session.Save(File);
        string saved = Encoding.Latin1.GetString(await System.IO.File.ReadAllBytesAsync(File));
        string own = $"\"llama.cpp state format\":\"{SequenceState.Format}\"";
        string other = $"\"llama.cpp state format\":\"{SequenceState.Format - 1}\"".PadRight(own.Length); // as long as before
        Assert.Contains(own, saved, StringComparison.Ordinal);
        await System.IO.File.WriteAllBytesAsync(File, Encoding.Latin1.GetBytes(saved.Replace(own, other, StringComparison.Ordinal)));
        string expected = (await session.SendAsync("sto", s_greedy).CompleteAsync()).Content!;

        using LlamaContext later = tiny.NewContext(size: 512);
        ChatSession restored = NewSession(later);
        Assert.False(restored.Load(File));
        Assert.Equal(expected, (await restored.SendAsync("sto", s_greedy).CompleteAsync()).Content);
        Assert.Equal(0, restored.LastResult!.Usage.CachedTokens);
    }

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static ChatSession NewSession(LlamaContext context) =>
        new(context, new ChatSessionOptions { Format = ChatFormat.FromName(context.Model, "chatml") });

    private async Task<bool> WithStream(FileMode mode, Func<Stream, Task<bool>> use)
    {
        await using var stream = new FileStream(File, mode);
        return await use(stream);
    }

    /// <summary>Cancels once it has been read beyond the header.</summary>
    private sealed class StoppingStream(byte[] content, CancellationTokenSource? stop) : MemoryStream(content)
    {
        private int _reads;

        public override int Read(Span<byte> buffer)
        {
            // The magic line with the length, the header, then the state.
            if (++_reads == 2)
            {
                stop?.Cancel();
            }

            return base.Read(buffer);
        }
    }

    /// <summary>Blocks at the first write until it is released; not seekable.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gate = new();

        public Task Entered => _entered.Task;

        public override bool CanSeek => false;

        public void Open() => _gate.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _entered.TrySetResult();
            Assert.True(_gate.Wait(TimeSpan.FromMinutes(2)));
            base.Write(buffer);
        }
    }
}
