using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>
/// What only an encoder-decoder can get wrong; GoldenTests compares its tokens, logits and perplexity with llama.cpp's. In
/// llama.cpp a decoder without an encoded prompt fails an assertion and ends the process.
/// </summary>
public sealed class EncoderDecoderPassTests : IDisposable
{
    private static readonly TinyModelOptions s_t5 = GoldenModels.Random["t5"];
    private static readonly GenerationOptions s_eight = new() { MaxTokens = 8, Sampling = SamplingOptions.Greedy };
    private readonly TinyModel _file = new(s_t5);
    private readonly LlamaModel _model;

    public EncoderDecoderPassTests() => _model = _file.Load();

    public void Dispose()
    {
        _model.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void The_model_says_what_it_is()
    {
        Assert.True(_model is { IsEncoderDecoder: true, GeneratesText: true, IsRecurrent: false, IsHybrid: false, IsDiffusion: false });
        Assert.Equal(s_t5.Vocabulary["<pad>"], _model.DecoderStartToken);
        using var bert = new TinyModel(GoldenModels.Random["bert"]);
        using LlamaModel encoder = bert.Load();
        Assert.True(encoder is { IsEncoderDecoder: false, GeneratesText: false, DecoderStartToken: null });
    }

    [Fact]
    public void A_decoder_without_an_encoded_input_is_refused()
    {
        using LlamaContext context = NewContext(sequences: 2);
        using var batch = new TokenBatch(8);
        batch.Add(0, 0, logits: true);
        Assert.Contains("Encode", Assert.Throws<LlamaException>(() => context.Decode(batch)).Message, StringComparison.Ordinal);

        // An input of another sequence would leave every attention weight masked: NaN.
        context.Encode(batch);
        batch.Clear();
        batch.Add(0, 0, sequence: 1, logits: true);
        Assert.Contains("sequence 1", Assert.Throws<LlamaException>(() => context.Decode(batch)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.GetLogits());
    }

    [Fact]
    public void A_decoder_only_model_has_nothing_to_encode_with()
    {
        using var llama = new TinyModel();
        using LlamaModel model = llama.Load();
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        using var batch = new TokenBatch(8);
        batch.Add(1, 0, logits: true);
        Assert.Throws<LlamaException>(() => context.Encode(batch));
    }

    [Fact]
    public void A_prompt_that_no_micro_batch_holds_is_refused()
    {
        using LlamaContext context = NewContext(microBatch: 8);
        var error = Assert.Throws<ContextOverflowException>(() => new TextGenerator(context).Generate(new int[9], s_eight));
        Assert.Equal((9, 8), (error.PromptTokens, error.ContextSize));
        Assert.Equal(8, new TextGenerator(context).Generate(new int[8], s_eight with { StopAtEndOfGeneration = false }).Tokens.Count);
    }

    [Fact]
    public void Generations_in_turn_on_two_sequences_keep_their_prompts()
    {
        int[] first = Alone("the cat");
        int[] second = Alone("stop the cat");
        Assert.NotEqual(first, second);
        using LlamaContext context = NewContext(sequences: 2);
        GenerationOptions options = s_eight with { StopAtEndOfGeneration = false };
        using GenerationRun left = new TextGenerator(context, 0).Start("the cat", options);
        using GenerationRun right = new TextGenerator(context, 1).Start("stop the cat", options);
        while (left.MoveNext() | right.MoveNext())
        {
        }

        Assert.Equal(first, left.Tokens);
        Assert.Equal(second, right.Tokens);

        int[] Alone(string prompt)
        {
            using LlamaContext alone = NewContext();
            return [.. new TextGenerator(alone).Generate(prompt, s_eight with { StopAtEndOfGeneration = false }).Tokens];
        }
    }

    [Fact]
    public void A_continuation_is_scored_with_the_probabilities_of_its_generation()
    {
        using LlamaContext context = NewContext();
        int[] prompt = _model.Vocabulary.Tokenize("the cat");
        GenerationResult generated = new TextGenerator(context)
            .Generate(prompt, s_eight with { TopLogProbabilities = 0, StopAtEndOfGeneration = false });
        ContinuationScore score = new ContinuationScorer(context).Score(prompt, [.. generated.Tokens]);
        Assert.Equal(0, score.CachedTokens);
        for (int i = 0; i < generated.Tokens.Count; i++)
        {
            Assert.Equal(generated.LogProbabilities![i].LogProbability, score.Tokens[i].LogProbability, 1e-3f);
        }
    }

    /// <summary>Repetition penalties look at the output, which begins with the start token, and not at the encoder's input.</summary>
    [Fact]
    public void Samplers_see_the_decoder_s_start_and_not_the_prompt()
    {
        using LlamaContext context = NewContext();
        var sampler = new Recorder();
        new TextGenerator(context).Generate("the cat", s_eight with { Sampler = _ => sampler, MaxTokens = 1 });
        Assert.Equal([_model.DecoderStartToken!.Value], sampler.Prompt);
    }

    [Fact]
    public void Without_a_start_token_the_model_cannot_begin()
    {
        using var files = new TemporaryFolder();
        ModelFile file = s_t5.Create();
        file.Metadata.Remove("t5.decoder_start_token_id");
        using LlamaModel model = files.Load(file);
        Assert.Null(model.DecoderStartToken);
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        var error = Assert.Throws<LlamaException>(() => new TextGenerator(context).Generate("the cat", s_eight));
        Assert.Contains("t5.decoder_start_token_id", error.Message, StringComparison.Ordinal);
    }

    /// <summary>With a pooling type in the file, llama.cpp would hand uninitialized memory to the decoder.</summary>
    [Fact]
    public void A_pooling_type_in_the_file_changes_nothing()
    {
        using var files = new TemporaryFolder();
        ModelFile file = s_t5.Create();
        file.Metadata["t5.pooling_type"] = GgufValue.Of(1u);
        using LlamaModel pooled = files.Load(file);
        Assert.Equal(Generate(_model), Generate(pooled));

        static int[] Generate(LlamaModel model)
        {
            using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
            return [.. new TextGenerator(context).Generate("the cat", s_eight with { StopAtEndOfGeneration = false }).Tokens];
        }
    }

    [Fact]
    public void Embeddings_of_an_encoder_decoder_are_refused()
    {
        Assert.Throws<ContextCreationException>(() => new TextEmbedder(_model));
        Assert.Throws<ContextCreationException>(() => new LlamaContext(_model, new ContextOptions { Embeddings = true }));
    }

    /// <summary>T5 maps one input to one output: without a template, earlier messages are not part of the input.</summary>
    [Fact]
    public async Task Without_a_template_each_message_is_an_input_by_itself()
    {
        using LlamaContext context = NewContext();
        var session = new ChatSession(context);
        Assert.Contains("encoder-decoder", session.Format.Source, StringComparison.Ordinal);
        ChatMessage first = await session.SendAsync("the cat", s_eight).CompleteAsync();
        ChatMessage second = await session.SendAsync("stop the cat", s_eight).CompleteAsync();
        Assert.Equal(_model.Vocabulary.Tokenize("stop the cat").Length, session.LastResult!.Usage.PromptTokens);
        ChatMessage third = await session.SendAsync("the cat", s_eight).CompleteAsync();
        Assert.Equal(first.Content, third.Content);
        Assert.Equal(first.Content, new TextGenerator(context).Generate("the cat", s_eight).Text);
        Assert.Equal(6, session.Messages.Count);
        Assert.NotEqual(first.Content, second.Content);
    }

    [Fact]
    public async Task With_a_template_the_whole_conversation_is_the_input()
    {
        using LlamaContext context = NewContext();
        var session = new ChatSession(context, new ChatSessionOptions
        {
            Format = ChatFormat.FromTemplate(_model, "{% for message in messages %}{{ message.content }} {% endfor %}"),
        });
        await session.SendAsync("the cat", s_eight).CompleteAsync();
        await session.SendAsync("stop", s_eight).CompleteAsync();
        Assert.True(session.LastResult!.Usage.PromptTokens > _model.Vocabulary.Tokenize("the cat stop").Length);
        Assert.Equal(0, session.LastResult.Usage.CachedTokens);
    }

    [Fact]
    public async Task A_saved_conversation_continues_and_says_that_it_is_evaluated_again()
    {
        using var files = new TemporaryFolder();
        using LlamaContext context = NewContext();
        var session = new ChatSession(context);
        await session.SendAsync("the cat", s_eight).CompleteAsync();
        session.Save(files["chat"]);
        ChatMessage expected = await session.SendAsync("stop", s_eight).CompleteAsync();
        using LlamaContext other = NewContext();
        var loaded = new ChatSession(other);
        Assert.False(loaded.Load(files["chat"]));
        Assert.Equal(expected.Content, (await loaded.SendAsync("stop", s_eight).CompleteAsync()).Content);
    }

    private LlamaContext NewContext(int sequences = 1, int microBatch = 64) => new(_model, new ContextOptions
    {
        ContextSize = 256 * sequences,
        BatchSize = 64,
        MicroBatchSize = microBatch,
        MaxSequences = sequences,
        UnifiedCache = true,
        Threads = 1,
    });

    private sealed class Recorder : ITokenSampler
    {
        public int[] Prompt { get; private set; } = [];

        public void AcceptPrompt(ReadOnlySpan<int> prompt) => Prompt = prompt.ToArray();

        public int Sample(ReadOnlySpan<float> logits) => 0;

        public void Accept(int token)
        {
        }

        public void Reset()
        {
        }
    }
}
