using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Chat.Sessions;

/// <summary>A turn begins with its enumeration and changes the conversation once, when it ends.</summary>
public sealed class ChatTurnTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private static readonly GenerationOptions s_greedy =
        new() { MaxTokens = 8, StopAtEndOfGeneration = false, Sampling = SamplingOptions.Greedy };

    [Fact]
    public async Task Cancelled_before_its_first_text_it_leaves_no_trace()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        string first = (await session.SendAsync("the cat", s_greedy).CompleteAsync()).Content!;
        IReadOnlyList<ChatMessage> before = session.Messages;
        GenerationResult last = session.LastResult!;
        int tokens = session.TokenCount;
        var cancelled = new CancellationToken(canceled: true);

        ChatAnswer answer = session.SendAsync("sat", s_greedy, cancelled);
        await Assert.ThrowsAsync<OperationCanceledException>(() => answer.CompleteAsync());
        Assert.Null(answer.Message);
        Assert.Equal(StopReason.Cancelled, answer.Result!.StopReason);
        Assert.Equal(before, session.Messages);
        Assert.Equal((last, tokens), (session.LastResult, session.TokenCount));

        // The answer that would have been replaced stays.
        await Assert.ThrowsAsync<OperationCanceledException>(() => session.RegenerateAsync(s_greedy, cancelled).CompleteAsync());
        Assert.Equal(before, session.Messages);

        // As if nothing had been asked.
        string second = (await session.SendAsync("sat", s_greedy).CompleteAsync()).Content!;
        Assert.Equal(await AnswersAsync("the cat", "sat"), [first, second]);
    }

    [Fact]
    public async Task A_failure_in_the_middle_changes_nothing()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        ChatAnswer answer = session.SendAsync("the cat", s_greedy with { LogitsProcessors = [new Failing()] });
        await Assert.ThrowsAsync<InvalidDataException>(() => answer.CompleteAsync());
        Assert.Null(answer.Message);
        Assert.Empty(session.Messages);
        Assert.Equal(await AnswersAsync("the cat"), [(await session.SendAsync("the cat", s_greedy).CompleteAsync()).Content!]);
    }

    /// <summary>Lost the first message and its answer: both calls took the same list of messages.</summary>
    [Fact]
    public async Task Two_answers_requested_before_the_first_is_read_follow_each_other()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        ChatAnswer one = session.SendAsync("the cat", s_greedy);
        ChatAnswer two = session.SendAsync("sat", s_greedy);
        string[] answers = [(await one.CompleteAsync()).Content!, (await two.CompleteAsync()).Content!];
        Assert.Equal(["the cat", answers[0], "sat", answers[1]], session.Messages.Select(message => message.Content));
        Assert.Equal(await AnswersAsync("the cat", "sat"), answers);
    }

    [Fact]
    public async Task Messages_and_instructions_between_the_request_and_the_enumeration_are_kept()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        ChatAnswer answer = session.SendAsync("sat", s_greedy);
        session.Add(ChatMessage.FromUser("the cat"));
        session.Add(ChatMessage.FromAssistant("on"));
        session.SystemPrompt = "abc";
        await answer.CompleteAsync();
        Assert.Equal(["abc", "the cat", "on", "sat", answer.Message!.Content], session.Messages.Select(message => message.Content));

        ChatAnswer again = session.RegenerateAsync(s_greedy);
        session.Edit(3, ChatMessage.FromUser("mat"));
        await again.CompleteAsync();
        Assert.Equal(["abc", "the cat", "on", "mat", again.Message!.Content], session.Messages.Select(message => message.Content));

        ChatAnswer none = session.RegenerateAsync(s_greedy);
        session.Reset();
        await Assert.ThrowsAsync<InvalidOperationException>(() => none.CompleteAsync());
        Assert.Equal("abc", Assert.Single(session.Messages).Content);
    }

    [Fact]
    public async Task Only_one_is_enumerated_at_a_time_and_once()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        ChatAnswer one = session.SendAsync("the cat", s_greedy);
        ChatAnswer two = session.SendAsync("sat", s_greedy);
        await foreach (string _ in one)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => two.CompleteAsync());
            Assert.Throws<InvalidOperationException>(() => session.SendAsync("x"));
            Assert.Throws<InvalidOperationException>(() => session.SystemPrompt = "x");
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => one.CompleteAsync());
        Assert.Equal(2, session.Messages.Count);
        await two.CompleteAsync();
        Assert.Equal(4, session.Messages.Count);
    }

    [Fact]
    public async Task A_list_of_messages_does_not_change_after_it_was_read()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        IReadOnlyList<ChatMessage> empty = session.Messages;
        ChatAnswer answer = session.SendAsync("the cat", s_greedy);
        await foreach (string _ in answer)
        {
            Assert.Same(empty, session.Messages);
        }

        IReadOnlyList<ChatMessage> two = session.Messages;
        session.Add(ChatMessage.FromUser("sat"));
        session.Edit(0, ChatMessage.FromUser("abc"));
        Assert.Empty(empty);
        Assert.Equal(["the cat", answer.Message!.Content], two.Select(message => message.Content));
        Assert.False(two is IList<ChatMessage> { IsReadOnly: false }, "the list can be changed");
    }

    /// <summary>The answers in a new context, one turn after the other.</summary>
    private async Task<List<string>> AnswersAsync(params string[] messages)
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        ChatSession session = NewSession(context);
        var answers = new List<string>();
        foreach (string message in messages)
        {
            answers.Add((await session.SendAsync(message, s_greedy).CompleteAsync()).Content!);
        }

        return answers;
    }

    private static ChatSession NewSession(LlamaContext context) =>
        new(context, new ChatSessionOptions { Format = ChatFormat.FromName(context.Model, "chatml") });

    /// <summary>Fails at the third token.</summary>
    private sealed class Failing : ILogitsProcessor
    {
        public void Process(Span<float> logits, ReadOnlySpan<int> generated)
        {
            if (generated.Length == 2)
            {
                throw new InvalidDataException();
            }
        }
    }
}
