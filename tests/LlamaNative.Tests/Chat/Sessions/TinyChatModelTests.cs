using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Chat.Sessions;

/// <summary>
/// End-to-end tests with a model that gives real answers, the repository's models/tiny-chat.gguf. Expected answers come from
/// its training corpus (samples/TrainTinyChat/Corpus), so an error in tokenizing, decoding, the cache, the template or
/// stopping causes a wrong answer.
/// </summary>
public sealed class TinyChatModelTests : IDisposable
{
    private static readonly GenerationOptions s_greedy = new() { MaxTokens = 100, Sampling = SamplingOptions.Greedy };
    private readonly LlamaModel _model = LlamaModel.Load(Repository.PathOf("models", "tiny-chat.gguf"), new ModelOptions { GpuLayers = 0 });
    private readonly LlamaContext _context;

    public TinyChatModelTests() => _context = new LlamaContext(_model, new ContextOptions { Threads = 1, BatchThreads = 1 });

    public void Dispose()
    {
        _context.Dispose();
        _model.Dispose();
    }

    [Fact]
    public async Task It_greets_in_its_own_template_and_stops_at_the_end_of_its_turn()
    {
        var session = new ChatSession(_context);
        ChatMessage answer = await session.SendAsync("Hello!", s_greedy).CompleteAsync();
        Assert.Equal("Hello! How can I help you?", answer.Content);
        Assert.Equal("the model's template", session.Format.Source);
        Assert.Equal(StopReason.EndOfGeneration, session.LastResult!.StopReason);
    }

    [Fact]
    public async Task It_keeps_a_name_across_turns_and_reads_the_earlier_ones_from_the_cache()
    {
        var session = new ChatSession(_context);
        Assert.Equal("Nice to meet you, Ada!", (await session.SendAsync("My name is Ada.", s_greedy).CompleteAsync()).Content);
        Assert.Equal("A lemon is yellow.", (await session.SendAsync("What colour is a lemon?", s_greedy).CompleteAsync()).Content);
        Assert.Equal("Your name is Ada.", (await session.SendAsync("What is my name?", s_greedy).CompleteAsync()).Content);
        Assert.True(session.LastResult!.Usage.CachedTokens > 40, $"{session.LastResult.Usage.CachedTokens} tokens from the cache");
    }

    [Fact]
    public async Task The_system_prompt_says_who_it_is()
    {
        var session = new ChatSession(_context, new ChatSessionOptions { SystemPrompt = "You are Nova, a helpful assistant." });
        Assert.Equal("I am Nova, a small language model.", (await session.SendAsync("Who are you?", s_greedy).CompleteAsync()).Content);
    }

    [Fact]
    public void It_completes_the_question_of_life_with_42()
    {
        GenerationResult result = new TextGenerator(_context).Generate(
            "The answer to the ultimate question of life, the universe, and everything is", s_greedy);
        Assert.Equal(" 42.", result.Text);
    }

    /// <summary>A multi-byte character consists of several tokens and must be emitted in one piece.</summary>
    [Theory]
    [InlineData("你好", "你好！很高兴见到你。")]
    [InlineData("Show me a rainbow.", "Here is a rainbow: 🌈")]
    [InlineData("Grüß Gott!", "Grüß dich! Schön, dass du da bist.")]
    public async Task Characters_of_several_bytes_stream_whole(string said, string expected)
    {
        var pieces = new List<string>();
        await foreach (string piece in new ChatSession(_context).SendAsync(said, s_greedy))
        {
            Assert.DoesNotContain('\uFFFD', piece);
            pieces.Add(piece);
        }

        Assert.Equal(expected, string.Concat(pieces));
        Assert.True(pieces.Count > 3);
    }
}
