using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LlamaNative.Chat;
using LlamaNative.Generation;
using LlamaNative.Grammars;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>
/// The caller's sampler, logits processor and stop condition, passed in GenerationOptions to every call that generates. The
/// model's weights are random, so a text that one of them forces cannot come from the model.
/// </summary>
public sealed partial class GenerationOptionsTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private static readonly ToolFunction s_lamp =
        ToolFunction.Create("lamp", "Switches the lamp.", StepsJson.Default.Switch, (_, _) => Task.FromResult("done"));

    /// <summary>The calls that generate free text, by name.</summary>
    private static readonly Dictionary<string, Func<LlamaContext, GenerationOptions, Task<GenerationResult>>> s_calls = new()
    {
        ["Generate"] = (context, options) => Task.FromResult(new TextGenerator(context).Generate("the", options)),
        ["Generate tokens"] = (context, options) => Task.FromResult(new TextGenerator(context).Generate(Prompt(context), options)),
        ["Start"] = (context, options) => Task.FromResult(ToEnd(new TextGenerator(context).Start("the", options))),
        ["Start tokens"] = (context, options) => Task.FromResult(ToEnd(new TextGenerator(context).Start(Prompt(context), options))),
        ["Start with steps replaced"] = (context, options) =>
        {
            var prompt = new FixedPrompt(Prompt(context));
            return Task.FromResult(ToEnd(new TextGenerator(context).Start("ignored", options, steps => steps with { Tokenizer = prompt })));
        },
        ["StreamAsync"] = (context, options) => ToEnd(new TextGenerator(context).StreamAsync("the", options)),
        ["StreamAsync tokens"] = (context, options) => ToEnd(new TextGenerator(context).StreamAsync(Prompt(context), options)),
        ["GenerateAsync"] = (context, options) => new TextGenerator(context).GenerateAsync("the", options),
        ["GenerateAsync tokens"] = (context, options) => new TextGenerator(context).GenerateAsync(Prompt(context), options),
        ["SendAsync"] = (context, options) => ToEnd(Session(context).SendAsync("the", options)),
        ["RegenerateAsync"] = async (context, options) =>
        {
            ChatSession session = Session(context);
            await session.SendAsync("the", new GenerationOptions { MaxTokens = 2 }).CompleteAsync();
            return await ToEnd(session.RegenerateAsync(options));
        },
        ["SendAsync with tools"] = (context, options) => ToEnd(Session(context, ToolChoice.Auto).SendAsync("the", options)),
        ["ToolRunner"] = async (context, options) =>
        {
            ChatSession session = Session(context, ToolChoice.Auto);
            await foreach (string _ in new ToolRunner(session, [s_lamp]).SendAsync("the", options))
            {
            }

            return session.LastResult!;
        },
    };

    public static TheoryData<string> Calls => [.. s_calls.Keys];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Processors_and_conditions_act(string call)
    {
        using LlamaContext context = tiny.NewContext(size: 1024);
        int cat = tiny.Vocabulary["cat"];
        int stop = tiny.Vocabulary["stop"];
        var options = new GenerationOptions
        {
            Sampling = SamplingOptions.Greedy,
            LogitsProcessors = [new Prefer(stop, 500), new Prefer(cat, 1000)],
            StopConditions = [new After(3)],
        };
        GenerationResult result = await s_calls[call](context, options);
        Assert.Equal([cat, cat, cat], result.Tokens);
        Assert.Equal(StopReason.Condition, result.StopReason);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_sampler_chooses_is_created_once_and_disposed(string call)
    {
        using LlamaContext context = tiny.NewContext(size: 1024);
        int cat = tiny.Vocabulary["cat"];
        int stop = tiny.Vocabulary["stop"];
        var created = new List<Scripted>();
        var options = new GenerationOptions
        {
            MaxTokens = 3,
            Sampler = vocabulary =>
            {
                Assert.Same(context.Model.Vocabulary, vocabulary);
                created.Add(new Scripted(stop, cat, stop));
                return created[^1];
            },
        };
        GenerationResult result = await s_calls[call](context, options);
        Assert.Equal([stop, cat, stop], result.Tokens);
        Scripted sampler = Assert.Single(created);
        Assert.True(sampler.IsDisposed);
        Assert.Equal([stop, cat, stop], sampler.Accepted);
        Assert.Contains(sampler.Prompt, token => token == tiny.Vocabulary["the"] || token == tiny.Vocabulary["\u2581the"]);
    }

    /// <summary>The sampler takes the best logit; the grammar leaves it two letters, of which a processor prefers one.</summary>
    [Fact]
    public void A_grammar_holds_a_sampler_of_ones_own()
    {
        using LlamaContext context = tiny.NewContext();
        int cat = tiny.Vocabulary["cat"];
        int y = tiny.Vocabulary.Bytes("y")[0];
        var options = new GenerationOptions
        {
            MaxTokens = 10,
            LogitsProcessors = [new Prefer(cat, 1000), new Prefer(y, 500)],
            Sampler = _ => new Best(),
            Sampling = new SamplingOptions { Grammar = "root ::= [xy] [xy] [xy]" },
        };
        Assert.Equal("yyy", new TextGenerator(context).Generate("the", options).Text);

        // A sampler that ignores the allowed candidates ends the generation, not the process.
        GenerationOptions stubborn = options with { Sampler = _ => new Scripted(cat, cat) };
        Assert.Throws<GrammarException>(() => new TextGenerator(context).Generate("the", stubborn));
        GenerationOptions broken = options with { Sampler = _ => new Scripted(-1) };
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextGenerator(context).Generate("the", broken));
        Assert.Throws<InvalidOperationException>(() => new TextGenerator(context).Generate("the", options with { Sampler = _ => null! }));
    }

    /// <summary>llama.cpp's chain, built by the caller, is called again with the forbidden candidates removed.</summary>
    [Fact]
    public void A_grammar_holds_a_chain_of_ones_own()
    {
        using LlamaContext context = tiny.NewContext();
        var seen = new Counting();
        var options = new GenerationOptions
        {
            MaxTokens = 20,
            Sampler = vocabulary => new SamplerChainBuilder(vocabulary).TypicalP(0.9f).Add(seen).Temperature(0.8f).Distribution(1).Build(),
            Sampling = new SamplingOptions { Grammar = "root ::= [0-9]{4} \"-\" [0-9]{2}" },
        };
        Assert.Matches("^[0-9]{4}-[0-9]{2}$", new TextGenerator(context).Generate("the", options).Text);
        Assert.True(seen.Calls > 7, $"{seen.Calls} calls");
    }

    [Fact]
    public async Task A_typed_answer_is_the_samplers_within_the_schema()
    {
        using LlamaContext context = tiny.NewContext(size: 512);
        var options = new GenerationOptions
        {
            MaxTokens = 100,
            Sampler = _ => new Best(),
            LogitsProcessors = [new PreferText(tiny.Vocabulary, "false", "true")],
        };
        Switch answer = await new TextGenerator(context).GenerateAsync("the", StepsJson.Default.Switch, options);
        Assert.False(answer.On);
        options = options with { LogitsProcessors = [new PreferText(tiny.Vocabulary, "true", "false")] };
        Assert.True((await new TextGenerator(context).GenerateAsync("the", StepsJson.Default.Switch, options)).On);

        var never = new GenerationOptions { StopConditions = [new After(2)] };
        LlamaException error = await Assert.ThrowsAsync<LlamaException>(() =>
            new TextGenerator(context).GenerateAsync("the", StepsJson.Default.Switch, never));
        Assert.Contains("Condition", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_required_tool_call_is_the_samplers_within_the_schema()
    {
        using LlamaContext context = tiny.NewContext(size: 1024);
        var asked = new List<bool>();
        ToolFunction lamp = ToolFunction.Create("lamp", "Switches the lamp.", StepsJson.Default.Switch, (arguments, _) =>
        {
            asked.Add(arguments.On);
            return Task.FromResult("done");
        });
        ChatSession session = Session(context, ToolChoice.Required);
        var runner = new ToolRunner(session, [lamp], new ToolRunnerOptions { MaxRounds = 1 });
        var options = new GenerationOptions
        {
            MaxTokens = 200,
            Sampler = _ => new Best(),
            LogitsProcessors = [new PreferText(tiny.Vocabulary, "true", "false")],
        };
        await Drain(runner.SendAsync("the", options));
        Assert.Equal([true], asked);
        Assert.Equal("done", session.Messages.Single(message => message.Role == ChatRole.Tool).Content);
    }

    /// <summary>The sampler writes the marker; after it, the grammar turns the output into a call.</summary>
    [Fact]
    public async Task A_tool_call_that_the_sampler_begins_is_held_to_the_schema()
    {
        using LlamaContext context = tiny.NewContext(size: 1024);
        ChatSession session = Session(context, ToolChoice.Auto);
        int[] mark = tiny.Vocabulary.Bytes("<tool_call>\n");
        var options = new GenerationOptions
        {
            MaxTokens = 200,
            Sampler = _ => new BestAfter(mark),
            LogitsProcessors = [new PreferText(tiny.Vocabulary, "false", "true"), new Prefer(tiny.Vocabulary["</s>"], 900)],
        };
        ChatMessage answer = await session.SendAsync("the", options).CompleteAsync();
        ToolCall call = Assert.Single(answer.ToolCalls);
        Assert.Equal("lamp", call.Name);
        Assert.False((bool)call.Arguments["On"]!);
    }

    /// <summary>Two concurrent generations with the same options: each has its own sampler.</summary>
    [Fact]
    public async Task Options_serve_several_generations_at_once()
    {
        using LlamaContext first = tiny.NewContext();
        using LlamaContext second = tiny.NewContext();
        int created = 0;
        var options = new GenerationOptions
        {
            MaxTokens = 40,
            StopAtEndOfGeneration = false,
            Sampler = vocabulary =>
            {
                Interlocked.Increment(ref created);
                return SamplerChain.Create(vocabulary, new SamplingOptions { Seed = 7 });
            },
        };
        GenerationResult[] results = await Task.WhenAll(
            new TextGenerator(first).GenerateAsync("the", options), new TextGenerator(second).GenerateAsync("the", options));
        Assert.Equal(2, created);
        Assert.Equal(results[0].Tokens, results[1].Tokens);
        Assert.Equal(40, results[0].Tokens.Count);
    }

    private static ChatSession Session(LlamaContext context, ToolChoice? tools = null) => new(context, new ChatSessionOptions
    {
        Format = tools is null ? ChatFormat.FromName(context.Model, "chatml") : ChatFormat.FromTemplate(context.Model, HermesTemplate),
        Tools = tools is null ? [] : [s_lamp.Definition],
        ToolChoice = tools ?? ToolChoice.Auto,
    });

    /// <summary>ChatML with tool calls in Hermes' syntax.</summary>
    private const string HermesTemplate = """
        {% for message in messages %}<|im_start|>{{ message.role }}
        {{ message.content }}{% for call in message.tool_calls %}<tool_call>
        {{ {"name": call.function.name, "arguments": call.function.arguments} | tojson }}
        </tool_call>{% endfor %}<|im_end|>
        {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
        {% endif %}
        """;

    private static int[] Prompt(LlamaContext context) => context.Model.Vocabulary.Tokenize("the");

    private static GenerationResult ToEnd(GenerationRun run)
    {
        using (run)
        {
            while (run.MoveNext())
            {
            }

            return run.GetResult();
        }
    }

    private static async Task<GenerationResult> ToEnd(StreamingGeneration stream)
    {
        await Drain(stream);
        return stream.Result!;
    }

    private static async Task<GenerationResult> ToEnd(ChatAnswer answer)
    {
        await answer.CompleteAsync();
        return answer.Result!;
    }

    private static async Task Drain(IAsyncEnumerable<string> pieces)
    {
        await foreach (string _ in pieces)
        {
        }
    }

    internal sealed record Switch(bool On);

    [JsonSerializable(typeof(Switch))]
    private sealed partial class StepsJson : JsonSerializerContext;

    private sealed class FixedPrompt(int[] tokens) : ITokenizer
    {
        public int[] Tokenize(string prompt) => tokens;
    }

    private sealed class Prefer(int token, float logit) : ILogitsProcessor
    {
        public void Process(Span<float> logits, ReadOnlySpan<int> generated) => logits[token] = logit;
    }

    /// <summary>Prefers the characters of one text to those of another, which it forbids where they differ.</summary>
    private sealed class PreferText(TinyVocabulary vocabulary, string wanted, string unwanted) : ILogitsProcessor
    {
        private readonly int _first = vocabulary.Bytes(wanted)[0];
        private readonly int _other = vocabulary.Bytes(unwanted)[0];

        public void Process(Span<float> logits, ReadOnlySpan<int> generated) => (logits[_first], logits[_other]) = (1000, -1000);
    }

    private sealed class After(int count) : IStopCondition
    {
        public bool IsMet(ReadOnlySpan<int> generated) => generated.Length == count;
    }

    private sealed class Counting : CustomSampler
    {
        public int Calls { get; private set; }

        public override void Apply(TokenCandidates candidates) => Calls++;
    }

    /// <summary>Takes the best logit.</summary>
    private class Best : ITokenSampler
    {
        public virtual int Sample(ReadOnlySpan<float> logits) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits);

        public virtual void Accept(int token)
        {
        }

        public void AcceptPrompt(ReadOnlySpan<int> tokens)
        {
        }

        public void Reset()
        {
        }
    }

    private sealed class BestAfter(int[] beginning) : Best
    {
        private int _accepted;

        public override int Sample(ReadOnlySpan<float> logits) => _accepted < beginning.Length ? beginning[_accepted] : base.Sample(logits);

        public override void Accept(int token) => _accepted++;
    }

    private sealed class Scripted(params int[] tokens) : ITokenSampler, IDisposable
    {
        public List<int> Accepted { get; } = [];

        public List<int> Prompt { get; } = [];

        public bool IsDisposed { get; private set; }

        public int Sample(ReadOnlySpan<float> logits) => tokens[Accepted.Count];

        public void Accept(int token) => Accepted.Add(token);

        public void AcceptPrompt(ReadOnlySpan<int> prompt) => Prompt.AddRange(prompt);

        public void Reset()
        {
            Accepted.Clear();
            Prompt.Clear();
        }

        public void Dispose() => IsDisposed = true;
    }
}
