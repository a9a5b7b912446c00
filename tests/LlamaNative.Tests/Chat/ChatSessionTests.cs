using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Chat;

/// <summary>A conversation with a real model.</summary>
public sealed class ChatSessionTests : IDisposable
{
    private const string ModelFile = "models/stories260K.gguf";

    private readonly LlamaModel _model;
    private readonly LlamaContext _context;

    public ChatSessionTests()
    {
        _model = LlamaModel.Load(SharedFiles.PathOf(ModelFile));
        _context = new LlamaContext(_model, new ContextOptions { ContextSize = 512, Threads = 1 });
    }

    public void Dispose()
    {
        _context.Dispose();
        _model.Dispose();
    }

    [SharedFact(ModelFile)]
    public async Task A_turn_evaluates_only_what_is_new()
    {
        ChatSession session = Session(maxTokens: 8);
        string first = await SendAsync(session, "Once upon a time");
        TokenUsage before = session.LastResult!.Usage;
        await SendAsync(session, "And then?");
        TokenUsage after = session.LastResult!.Usage;

        Assert.Equal(0, before.CachedTokens);
        Assert.InRange(after.CachedTokens, before.PromptTokens, before.PromptTokens + before.CompletionTokens - 1);
        Assert.Equal(["user", "assistant", "user", "assistant"], session.Messages.Select(message => message.Role));
        Assert.Equal(ChatMessage.Assistant(first), session.Messages[1]);
    }

    [SharedFact(ModelFile)]
    public async Task The_model_sees_the_system_message_and_the_conversation()
    {
        ChatSession session = Session(maxTokens: 4);
        session.SystemMessage = "Be brief";
        await SendAsync(session, "One");
        await SendAsync(session, "Two");
        string expected = $"<|im_start|>system\nBe brief<|im_end|>\n<|im_start|>user\nOne<|im_end|>\n<|im_start|>assistant\n{session.Messages[1].Content}<|im_end|>\n<|im_start|>user\nTwo<|im_end|>\n<|im_start|>assistant\n";
        int[] tokens = _model.Vocabulary.Tokenize(expected, addSpecial: true, parseSpecial: true);
        Assert.Equal(tokens, _context.Cache.GetTokens().Take(tokens.Length));
    }

    [SharedFact(ModelFile)]
    public async Task A_conversation_that_outgrows_the_context_forgets_its_oldest_exchanges()
    {
        ChatSession session = Session(maxTokens: 60);
        for (int turn = 0; turn < 8; turn++)
        {
            await SendAsync(session, $"Turn {turn}");
            Assert.Equal(StopReason.MaxTokens, session.LastResult!.StopReason);
        }

        Assert.True(session.ForgottenMessages >= 2);
        Assert.Equal("Turn 7", session.Messages[^2].Content);
        Assert.Equal(16, session.Messages.Count + session.ForgottenMessages);
    }

    [SharedFact(ModelFile)]
    public async Task A_message_longer_than_the_context_is_refused_and_the_conversation_goes_on()
    {
        ChatSession session = Session(maxTokens: 4);
        await Assert.ThrowsAsync<ContextOverflowException>(() => SendAsync(session, new string('x', 2000)));
        Assert.Empty(session.Messages);
        await SendAsync(session, "Once");
        Assert.Equal(2, session.Messages.Count);
    }

    [SharedFact(ModelFile)]
    public async Task A_cancelled_answer_stays_as_far_as_it_came()
    {
        ChatSession session = Session(maxTokens: 400);
        using var cancel = new CancellationTokenSource();
        string seen = "";
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string piece in session.SendAsync("Once upon a time", cancel.Token))
            {
                seen += piece;
                await cancel.CancelAsync();
            }
        });
        Assert.NotEmpty(seen);
        Assert.Equal(ChatMessage.Assistant(seen), session.Messages[1]);
        await SendAsync(session, "Go on");
        Assert.Equal(4, session.Messages.Count);
    }

    [SharedFact(ModelFile)]
    public async Task A_message_cancelled_before_its_answer_is_not_part_of_the_conversation()
    {
        ChatSession session = Session(maxTokens: 4);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string _ in session.SendAsync("Once", new CancellationToken(canceled: true)))
            {
            }
        });
        Assert.Empty(session.Messages);
    }

    private static async Task<string> SendAsync(ChatSession session, string text)
    {
        string answer = "";
        await foreach (string piece in session.SendAsync(text))
        {
            answer += piece;
        }

        return answer;
    }

    private ChatSession Session(int maxTokens)
    {
        var options = new GenerationOptions { MaxTokens = maxTokens, Sampling = SamplingOptions.Greedy, StopAtEndOfGeneration = false };
        return new ChatSession(new TextGenerator(_context), BuiltInChatTemplate.FromName("chatml"), options);
    }
}
