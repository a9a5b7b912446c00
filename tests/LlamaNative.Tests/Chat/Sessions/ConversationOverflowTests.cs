using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Chat.Sessions;

/// <summary>However full the context is, the model reads the whole message that it answers, or the message is refused.</summary>
public sealed class ConversationOverflowTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    /// <summary>Removes what models write between marks from all answers but the last, as templates of reasoning models do.</summary>
    private const string Reasoning =
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + (m.content.split('</t>')[-1] if m.role == 'assistant' "
        + "and not loop.last "
        + "else m.content) + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static readonly GenerationOptions s_greedy =
        new() { MaxTokens = 8, StopAtEndOfGeneration = false, Sampling = SamplingOptions.Greedy };

    /// <summary>The policy removes half of the tokens, which used to be the beginning of the message itself.</summary>
    [Theory]
    [InlineData("chatml", null)]
    [InlineData("chatml", "Be kind.")]
    [InlineData("llama2", "Be kind.")]
    [InlineData("gemma", null)]
    [InlineData("alpaca", null)]
    [InlineData("mistral", "Be kind.")]
    [InlineData(Reasoning, null)]
    public async Task A_shift_keeps_the_message_whole(string template, string? system)
    {
        using LlamaContext context = tiny.NewContext(size: 256);
        ChatSession session = NewSession(context, template, system);
        session.Add(ChatMessage.FromUser("the cat"));
        session.Add(ChatMessage.FromAssistant(new string('r', 40) + "</t>" + new string('a', 20)));
        await session.SendAsync(new string('z', 30), s_greedy).CompleteAsync();
        string message = new string('x', 60) + new string('y', 60);
        await session.SendAsync(message, s_greedy).CompleteAsync();

        int[] cached = context.Cache.GetTokens();
        string read = context.Model.Vocabulary.Detokenize(cached, showSpecial: true);
        Assert.Contains(message, read, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, cached.Length), PositionsOf(context, cached.Length));
        Assert.Equal(system is null, !read.Contains("Be kind.", StringComparison.Ordinal));
        Assert.DoesNotContain("the cat", read, StringComparison.Ordinal);
        Assert.Equal((system is null ? 0 : 1) + 6, session.Messages.Count);
        Assert.True(session.TokenCount <= 256);
    }

    /// <summary>A message of ten times the context was answered, without its beginning.</summary>
    [Theory]
    [InlineData(OverflowPolicy.Refuse, 2400)]
    [InlineData(OverflowPolicy.DropOldestTurns, 2400)]
    [InlineData(OverflowPolicy.Shift, 2400)]
    [InlineData(OverflowPolicy.Shift, 245)]
    public async Task A_message_that_cannot_fit_is_refused(OverflowPolicy policy, int length)
    {
        using LlamaContext context = tiny.NewContext(size: 256);
        ChatSession session = NewSession(context, "chatml", "Be kind.", policy);
        await session.SendAsync("the cat", s_greedy).CompleteAsync();
        IReadOnlyList<ChatMessage> before = session.Messages;
        string[] evaluated = [.. context.Cache.GetTokens().Select(token => $"{token}")];

        ContextOverflowException error = await Assert.ThrowsAsync<ContextOverflowException>(
            () => session.SendAsync(new string('x', length), s_greedy).CompleteAsync());
        Assert.Equal(256, error.ContextSize);
        Assert.InRange(error.PromptTokens, Math.Max(257, length), length + 200);
        Assert.Equal(before, session.Messages);
        Assert.Equal(evaluated, context.Cache.GetTokens().Select(token => $"{token}"));
        await session.SendAsync("sat", s_greedy).CompleteAsync();
    }

    /// <summary>Dropping the first of them as an old turn would lose a message that nobody has answered.</summary>
    [Theory]
    [InlineData(OverflowPolicy.DropOldestTurns)]
    [InlineData(OverflowPolicy.Shift)]
    public async Task All_unanswered_messages_are_read(OverflowPolicy policy)
    {
        using LlamaContext context = tiny.NewContext(size: 256);
        ChatSession session = NewSession(context, "chatml", null, policy);
        await session.SendAsync(new string('z', 100), s_greedy).CompleteAsync();
        session.Add(ChatMessage.FromUser(new string('x', 60)));
        await session.SendAsync(new string('y', 60), s_greedy).CompleteAsync();
        string read = context.Model.Vocabulary.Detokenize(context.Cache.GetTokens(), showSpecial: true);
        Assert.Contains(new string('x', 60), read, StringComparison.Ordinal);
        Assert.Contains(new string('y', 60), read, StringComparison.Ordinal);

        session.Add(ChatMessage.FromUser(new string('x', 140)));
        await Assert.ThrowsAsync<ContextOverflowException>(() => session.SendAsync(new string('y', 140), s_greedy).CompleteAsync());
    }

    private static IEnumerable<int> PositionsOf(LlamaContext context, int count) =>
        context.Cache.GetPositions() is { } positions ? Enumerable.Range(positions.Min, Math.Min(count, positions.Max + 1)) : [];

    private ChatSession NewSession(
        LlamaContext context, string template, string? system, OverflowPolicy policy = OverflowPolicy.Shift) =>
        new(context, new ChatSessionOptions
        {
            Format = template == Reasoning
                ? ChatFormat.FromTemplate(tiny.Model, template)
                : ChatFormat.FromName(tiny.Model, template),
            SystemPrompt = system,
            Overflow = policy,
        });
}
