using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Chat.Sessions;

/// <summary>
/// Conversations with a model with random weights, which generates deterministic nonsense. The tests check which tokens are
/// evaluated, and that returning to an earlier state gives the same result as a new context.
/// </summary>
public sealed class ChatSessionTests : IDisposable
{
    private static readonly GenerationOptions s_greedy = new() { MaxTokens = 12, Sampling = SamplingOptions.Greedy };

    private readonly TinyModel _file = new(new TinyModelOptions { ContextLength = 4096 });
    private readonly LlamaModel _model;

    public ChatSessionTests() => _model = _file.Load();

    public void Dispose()
    {
        _model.Dispose();
        _file.Dispose();
    }

    [Theory]
    [InlineData("chatml")]
    [InlineData("alpaca")]
    [InlineData("phi3")]
    public async Task Each_turn_evaluates_only_what_is_new(string template)
    {
        using LlamaContext context = NewContext();
        ChatSession session = NewSession(context, template);
        for (int turn = 0; turn < 5; turn++)
        {
            int before = session.TokenCount;
            ChatAnswer answer = session.SendAsync($"Tell me about day {turn}.", s_greedy);
            await answer.CompleteAsync();
            TokenUsage usage = answer.Result!.Usage;

            // All but the last token of the previous answer were evaluated when it was generated.
            Assert.InRange(usage.CachedTokens, Math.Max(0, before - 1), before);
            Assert.Equal(usage.PromptTokens + usage.CompletionTokens, session.TokenCount);
        }

        Assert.Equal(11, session.Messages.Count);
    }

    /// <summary>
    /// The cost of a turn does not grow with the conversation: only the message and the template's text around it are evaluated
    /// before the first new token.
    /// </summary>
    [Fact]
    public async Task On_the_tenth_turn_the_message_and_the_template_around_it_are_evaluated_and_nothing_else()
    {
        using var context = new LlamaContext(_model, new ContextOptions { ContextSize = 2048, Threads = 1 });
        ChatSession session = NewSession(context, "chatml");
        for (int turn = 1; turn <= 9; turn++)
        {
            await session.SendAsync($"Tell me about day {turn}.", s_greedy).CompleteAsync();
        }

        int before = session.TokenCount;
        ChatAnswer tenth = session.SendAsync("And the last day?", s_greedy);
        await tenth.CompleteAsync();

        // The tokens of exactly this text: it is tokenized after a line break, whose tokens are removed again.
        Vocabulary vocabulary = _model.Vocabulary;
        const string New = "<|im_end|>\n<|im_start|>user\nAnd the last day?<|im_end|>\n<|im_start|>assistant\n";
        int expected = vocabulary.Tokenize("\n" + New, addSpecial: false, parseSpecial: true).Length - vocabulary.Tokenize("\n",
            addSpecial: false).Length;
        TokenUsage usage = tenth.Result!.Usage;
        Assert.Equal(before + expected, usage.PromptTokens);

        // The last token of an answer is not evaluated when it is generated, because no token follows it.
        Assert.Equal(expected + 1, usage.PromptTokens - usage.CachedTokens);
        Assert.True(before > 4 * expected, "the conversation is too short to tell");
    }

    /// <summary>Cells evaluated with one control vector are wrong with another and must not be reused.</summary>
    [Fact]
    public async Task A_saved_cache_comes_back_only_under_the_same_adapters_and_template()
    {
        // A trained model, because the text of its answers is tokenized to the same tokens.
        using LlamaModel model = LlamaModel.Load(Repository.TinyChat);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.chat");
        try
        {
            ControlVector up = Direction(0.5f);
            ControlVector down = Direction(-0.5f);
            using (LlamaContext context = NewContext(model))
            {
                context.SetControlVector(up);
                ChatSession session = NewSession(context, "chatml");
                await session.SendAsync("Tom went out", s_greedy).CompleteAsync();
                session.Save(path);
            }

            Assert.False(await LoadAsync(null, "chatml"));
            Assert.False(await LoadAsync(down, "chatml"));
            Assert.False(await LoadAsync(up, "chatml", firstLayer: 2));
            Assert.False(await LoadAsync(up, "zephyr"));
            Assert.True(await LoadAsync(up, "chatml"));

            // Evaluated with one vector and saved with the next: the cells are valid for neither.
            using (LlamaContext context = NewContext(model))
            {
                context.SetControlVector(up);
                ChatSession session = NewSession(context, "chatml");
                await session.SendAsync("Tom went out", s_greedy).CompleteAsync();
                context.SetControlVector(down);
                session.Save(path);
            }

            Assert.False(await LoadAsync(up, "chatml"));
            Assert.False(await LoadAsync(down, "chatml"));
        }
        finally
        {
            File.Delete(path);
        }

        ControlVector Direction(float value) => new(Enumerable.Range(1, model.LayerCount - 1)
            .ToDictionary(layer => layer, _ => Enumerable.Repeat(value, model.EmbeddingLength).ToArray()));

        // Whether or not the cache was restored, the next answer must equal that of a new context.
        async Task<bool> LoadAsync(ControlVector? vector, string template, int firstLayer = 1)
        {
            using LlamaContext context = NewContext(model);
            context.SetControlVector(vector, firstLayer);
            ChatSession session = NewSession(context, template);
            bool cached = session.Load(path);
            string answer = (await session.SendAsync("Why?", s_greedy).CompleteAsync()).Content!;

            using LlamaContext fresh = NewContext(model);
            fresh.SetControlVector(vector, firstLayer);
            ChatSession other = NewSession(fresh, template);
            foreach (ChatMessage message in session.Messages.Skip(1).Take(2))
            {
                other.Add(message);
            }

            Assert.Equal(answer, (await other.SendAsync("Why?", s_greedy).CompleteAsync()).Content);
            return cached;
        }
    }

    /// <summary>Another fine-tune of the same shape has the same description, but its cells are not compatible.</summary>
    [Fact]
    public void A_conversation_of_another_model_of_the_same_shape_is_refused()
    {
        using var files = new TemporaryFolder();
        using LlamaModel first = files.Load(ModelFileOf(1));
        using LlamaModel second = files.Load(ModelFileOf(2));
        Assert.Equal(first.Description, second.Description);
        string path = files.NewPath();
        using (var context = new LlamaContext(first, new ContextOptions { ContextSize = 64, Threads = 1 }))
        {
            var session = new ChatSession(context);
            session.Add(ChatMessage.FromUser("the cat"));
            session.Save(path);
            new ChatSession(context).Load(path);
        }

        using var other = new LlamaContext(second, new ContextOptions { ContextSize = 64, Threads = 1 });
        Assert.Throws<ChatSessionFileException>(() => new ChatSession(other).Load(path));

        static ModelFile ModelFileOf(int seed) => ModelFile.Llama(seed);
    }

    [Fact]
    public async Task A_conversation_gives_what_a_fresh_context_gives_for_the_same_tokens()
    {
        using LlamaContext context = NewContext();
        ChatSession session = NewSession(context, "chatml");
        await session.SendAsync("Once upon a time", s_greedy).CompleteAsync();
        ChatAnswer second = session.SendAsync("And then?", s_greedy);
        ChatMessage answer = await second.CompleteAsync();
        Assert.True(second.Result!.Usage.CachedTokens > 0);

        int[] prompt = context.Cache.GetTokens()[..second.Result.Usage.PromptTokens];
        using LlamaContext fresh = NewContext();
        using GenerationRun run = new TextGenerator(fresh).Start(prompt, s_greedy);
        while (run.MoveNext())
        {
        }

        Assert.Equal(run.GetResult().Tokens, second.Result.Tokens);
        Assert.Equal(run.GetResult().Text, answer.Content);
    }

    [Fact]
    public async Task Regenerating_and_editing_go_back_and_give_what_was_given_before()
    {
        using LlamaContext context = NewContext();
        ChatSession session = NewSession(context, "chatml");
        ChatMessage first = await session.SendAsync("One day a cat", s_greedy).CompleteAsync();
        ChatAnswer again = session.RegenerateAsync(s_greedy);
        Assert.Equal(first.Content, (await again.CompleteAsync()).Content);
        Assert.Equal(again.Result!.Usage.PromptTokens - 1, again.Result.Usage.CachedTokens);

        await session.SendAsync("More please", s_greedy).CompleteAsync();
        session.Edit(1, ChatMessage.FromUser("One day a dog"));
        Assert.Equal(2, session.Messages.Count);
        ChatMessage edited = await session.RegenerateAsync(s_greedy).CompleteAsync();

        using LlamaContext fresh = NewContext();
        ChatSession other = NewSession(fresh, "chatml");
        Assert.Equal((await other.SendAsync("One day a dog", s_greedy).CompleteAsync()).Content, edited.Content);
    }

    [Fact]
    public async Task Branches_share_their_beginning_and_go_their_own_ways()
    {
        using var context = new LlamaContext(_model, new ContextOptions
        {
            ContextSize = 1024,
            MaxSequences = 2,
            UnifiedCache = true,
            Threads = 1,
        });
        ChatSession trunk = NewSession(context, "chatml");
        await trunk.SendAsync("Lily had a ball", s_greedy).CompleteAsync();
        int free = context.Cache.GetFreeCells();
        ChatSession branch = trunk.Branch(1);
        Assert.Equal(free, context.Cache.GetFreeCells());

        ChatAnswer left = trunk.SendAsync("It was red", s_greedy);
        ChatAnswer right = branch.SendAsync("It was blue", s_greedy);
        string leftText = (await left.CompleteAsync()).Content!;
        string rightText = (await right.CompleteAsync()).Content!;
        Assert.True(right.Result!.Usage.CachedTokens > 20);
        Assert.Equal(trunk.Messages.Take(2), branch.Messages.Take(2));

        using LlamaContext fresh = NewContext();
        ChatSession alone = NewSession(fresh, "chatml");
        await alone.SendAsync("Lily had a ball", s_greedy).CompleteAsync();
        Assert.Equal(rightText, (await alone.SendAsync("It was blue", s_greedy).CompleteAsync()).Content);
        Assert.NotNull(leftText);
    }

    [Fact]
    public async Task A_saved_conversation_goes_on_without_being_evaluated_again()
    {
        string path = Path.Combine(Path.GetTempPath(), $"对话 😀 {Guid.NewGuid():N}.chat");
        try
        {
            string expected;
            using (LlamaContext context = NewContext())
            {
                ChatSession session = NewSession(context, "chatml");
                await session.SendAsync("Tom went out", s_greedy).CompleteAsync();
                session.Save(path);
                expected = (await session.SendAsync("Why?", s_greedy).CompleteAsync()).Content!;
            }

            using LlamaContext later = NewContext();
            ChatSession restored = NewSession(later, "chatml");
            Assert.True(restored.Load(path));
            Assert.Equal(3, restored.Messages.Count);
            ChatAnswer answer = restored.SendAsync("Why?", s_greedy);
            Assert.Equal(expected, (await answer.CompleteAsync()).Content);
            Assert.True(answer.Result!.Usage.CachedTokens > 20);

            // A flipped byte in the cache is detected: the conversation is restored, and the cache is evaluated again.
            byte[] bytes = File.ReadAllBytes(path);
            bytes[^100] ^= 1;
            File.WriteAllBytes(path, bytes);
            using LlamaContext third = NewContext();
            ChatSession damaged = NewSession(third, "chatml");
            Assert.False(damaged.Load(path));
            Assert.Equal(expected, (await damaged.SendAsync("Why?", s_greedy).CompleteAsync()).Content);

            File.WriteAllBytes(path, bytes[..60]);
            Assert.Throws<ChatSessionFileException>(() => damaged.Load(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Overflow_is_refused_dropped_or_shifted_as_asked()
    {
        foreach (OverflowPolicy policy in Enum.GetValues<OverflowPolicy>())
        {
            using LlamaContext context = new(_model, new ContextOptions { ContextSize = 256, Threads = 1 });
            var session = new ChatSession(context, new ChatSessionOptions
            {
                Format = ChatFormat.FromName(_model, "chatml"),
                SystemPrompt = "Be kind.",
                Overflow = policy,
            });
            if (policy == OverflowPolicy.Refuse)
            {
                ContextOverflowException error = await Assert.ThrowsAsync<ContextOverflowException>(() => TalkAsync(session));
                Assert.Equal(256, error.ContextSize);
                Assert.True(session.Messages.Count > 2);
                continue;
            }

            await TalkAsync(session);
            Assert.Equal("Be kind.", session.Messages[0].Content);
            Assert.Equal(policy == OverflowPolicy.Shift, session.Messages.Count == 1 + (2 * 8));
            Assert.True(session.TokenCount <= 256);
        }

        static async Task TalkAsync(ChatSession session)
        {
            for (int turn = 0; turn < 8; turn++)
            {
                await session.SendAsync("Tell me a story about a big green forest.", s_greedy).CompleteAsync();
            }
        }
    }

    [Fact]
    public async Task Leaving_an_answer_early_keeps_what_was_said()
    {
        using LlamaContext context = NewContext();
        ChatSession session = NewSession(context, "chatml");
        ChatAnswer answer = session.SendAsync("Once", s_greedy with { MaxTokens = 900 });
        await foreach (string piece in answer)
        {
            Assert.Throws<InvalidOperationException>(session.Reset);
            break;
        }

        Assert.Equal(StopReason.Cancelled, answer.Result!.StopReason);
        Assert.Equal(answer.Result.Text, session.Messages[^1].Content);
        await session.SendAsync("Go on", s_greedy).CompleteAsync();
        Assert.Equal(5, session.Messages.Count);
    }

    [Fact]
    public void The_format_says_where_it_comes_from_and_what_ends_a_turn()
    {
        Assert.Contains("no template", ChatFormat.FromModel(_model).Source, StringComparison.Ordinal);
        Assert.Equal(["<|im_end|>"], ChatFormat.FromName(_model, "ChatML").TurnEnds);
        Assert.Equal(["### Instruction:"], ChatFormat.FromName(_model, "alpaca").TurnEnds);
        Assert.Equal(["USER:"], ChatFormat.FromName(_model, "vicuna").TurnEnds);
        Assert.Equal(["[INST]"], ChatFormat.FromName(_model, "mistral").TurnEnds);
        Assert.Throws<ArgumentException>(() => ChatFormat.FromName(_model, "nobody"));
        Assert.Throws<LlamaException>(() => ChatFormat.FromModel(_model, "tool_use"));
        foreach (string name in ChatFormat.Names)
        {
            string text = ChatFormat.FromName(_model, name).Render([ChatMessage.FromSystem("S"), ChatMessage.FromUser("U")]);
            Assert.Contains("U", text, StringComparison.Ordinal);
            Assert.Contains("S", text, StringComparison.Ordinal);
        }
    }

    private LlamaContext NewContext(LlamaModel? model = null) =>
        new(model ?? _model, new ContextOptions { ContextSize = 1024, Threads = 1 });

    private static ChatSession NewSession(LlamaContext context, string template) =>
        new(context, new ChatSessionOptions { Format = ChatFormat.FromName(context.Model, template), SystemPrompt = "Be kind." });
}
