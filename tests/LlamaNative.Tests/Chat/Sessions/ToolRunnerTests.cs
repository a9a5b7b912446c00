using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Chat.Tools;

/// <summary>Tools and typed answers with a model with random weights: the grammar ensures that its output can be parsed.</summary>
public sealed partial class ToolRunnerTests : IDisposable
{
    // With any arguments allowed, it depends on the random numbers whether a call ends within the tokens of a test.
    private static readonly JsonObject s_noArguments = new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(),
        ["additionalProperties"] = false,
    };

    private readonly TinyModel _tiny = new();
    private readonly LlamaModel _model;

    public ToolRunnerTests() => _model = LlamaModel.Load(_tiny.Path);

    public void Dispose()
    {
        _model.Dispose();
        _tiny.Dispose();
    }

    [Fact]
    public async Task A_required_call_always_parses_is_run_and_its_result_is_answered_freely()
    {
        using var context = new LlamaContext(_model, new ContextOptions { ContextSize = 2048, Threads = 1 });
        var asked = new List<bool>();
        ToolFunction tool = ToolFunction.Create("lamp", "Switches the lamp.", ToolJson.Default.Lamp, (lamp, _) =>
        {
            asked.Add(lamp.On);
            return Task.FromResult("done");
        });
        var session = new ChatSession(context, new ChatSessionOptions
        {
            Format = ChatFormat.FromName(_model, "chatml"),
            Tools = [tool.Definition],
            ToolChoice = ToolChoice.Required,
        });
        var runner = new ToolRunner(session, [tool], new ToolRunnerOptions { MaxRounds = 1 });
        var options = new GenerationOptions { MaxTokens = 200, Sampling = new SamplingOptions { Seed = 1 } };

        await foreach (string speech in runner.SendAsync("Light, please", options))
        {
            Assert.DoesNotContain("lamp", speech, StringComparison.Ordinal);
        }

        // The user's message must be answered with a call, the tool's result need not.
        Assert.Single(asked);
        Assert.Contains(session.Messages, message => message.Role == ChatRole.Tool && message.Content == "done");
        ChatMessage[] answers = [.. session.Messages.Where(message => message.Role == ChatRole.Assistant)];
        Assert.Equal(2, answers.Length);
        Assert.Equal("lamp", Assert.Single(answers[0].ToolCalls).Name);
        Assert.Empty(answers[1].ToolCalls);
    }

    /// <summary>
    /// Llama 3 writes calls as plain JSON, with no mark before them: a message that begins with a brace is held to the grammar from there
    /// on.
    /// </summary>
    [Fact]
    public async Task A_call_without_a_mark_is_held_to_the_grammar_too()
    {
        LlamaModel model = _model;
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 2048, Threads = 1 });
        ToolFunction tool = ToolFunction.Create("lamp", "Switches the lamp.", ToolJson.Default.Lamp, (_, _) => Task.FromResult("done"));
        string template = await File.ReadAllTextAsync(GoldenFile.PathOf("templates", "headers.jinja"));
        var session = new ChatSession(context, new ChatSessionOptions
        {
            Format = ChatFormat.FromTemplate(model, template),
            Tools = [tool.Definition],
        });

        // A model that prefers a brace first and the end as soon as possible, and knows no JSON in between.
        int brace = model.Vocabulary.Tokenize("{", addSpecial: false)[^1];
        var options = new GenerationOptions
        {
            MaxTokens = 200,
            Sampling = SamplingOptions.Greedy with
            {
                LogitBias = new Dictionary<int, float> { [brace] = 200, [model.Vocabulary.Eos!.Value] = 100 },
            },
        };
        ChatMessage answer = await session.SendAsync("Light, please", options).CompleteAsync();
        ToolCall call = Assert.Single(answer.ToolCalls);
        Assert.Equal("lamp", call.Name);
        Assert.Contains("colour", string.Concat(call.Arguments.Select(argument => argument.Key)), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("", answer.Content);
    }

    [Fact]
    public async Task A_tool_that_fails_tells_the_model_and_not_the_caller()
    {
        var definition = new ToolDefinition("f", "", s_noArguments);
        using var context = new LlamaContext(_model, new ContextOptions { ContextSize = 1024, Threads = 1 });
        var session = new ChatSession(context, new ChatSessionOptions
        {
            Format = ChatFormat.FromName(_model, "chatml"),
            Tools = [definition],
            ToolChoice = ToolChoice.Required,
        });
        var runner = new ToolRunner(session, [new ToolFunction(definition, (_, _) => throw new InvalidOperationException("no lamp"))],
            new ToolRunnerOptions
            {
                MaxRounds = 0,
            });
        LlamaException error = await Assert.ThrowsAsync<LlamaException>(async () =>
        {
            await foreach (string _ in runner.SendAsync("x", new GenerationOptions
            {
                MaxTokens = 200,
                Sampling = new SamplingOptions { Seed = 3 },
            }))
            {
            }
        });
        Assert.Contains("after 0 rounds", error.Message, StringComparison.Ordinal);
        Assert.Contains(session.Messages, message => message.ToolCalls.Count > 0);

        // The call that is not executed has a result too, because many templates reject a call without one.
        Assert.Equal(ChatRole.Tool, session.Messages[^1].Role);
    }

    /// <summary>A call without a result would be rejected by templates, and a result that nobody keeps was computed for nothing.</summary>
    [Theory]
    [InlineData("in the tool")]
    [InlineData("after the tool")]
    [InlineData("in the answer")]
    public async Task Whenever_it_is_cancelled_every_call_has_its_result(string when)
    {
        using var context = new LlamaContext(_model, new ContextOptions { ContextSize = 2048, Threads = 1 });
        using var stop = new CancellationTokenSource();
        var definition = new ToolDefinition("f", "", s_noArguments);
        var tool = new ToolFunction(definition, (_, token) =>
        {
            if (when != "in the answer")
            {
                stop.Cancel();
            }

            return when == "in the tool" ? Task.FromCanceled<string>(token) : Task.FromResult("done");
        });
        var session = new ChatSession(context, new ChatSessionOptions
        {
            Format = ChatFormat.FromName(_model, "chatml"),
            Tools = [definition],
            ToolChoice = ToolChoice.Required,
        });
        var options = new GenerationOptions
        {
            MaxTokens = 200,
            Sampling = new SamplingOptions { Seed = 3 },
            StopConditions = [new Cancelling(session, stop, when == "in the answer")],
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string _ in new ToolRunner(session, [tool]).SendAsync("x", options, stop.Token))
            {
            }
        });
        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.Tool], session.Messages.Take(3).Select(message => message.Role));
        Assert.Equal(when == "in the tool" ? "error: the call was cancelled" : "done", session.Messages[2].Content);

        // The conversation goes on with the answer that is missing.
        int count = 0;
        options = options with { StopConditions = [], MaxTokens = 4 };
        await foreach (string piece in new ToolRunner(session, [tool]).RegenerateAsync(options))
        {
            count += piece.Length;
        }

        Assert.True(count > 0);
        Assert.Equal(4, session.Messages.Count);
    }

    [Fact]
    public async Task A_typed_answer_is_a_value_of_the_type()
    {
        using var context = new LlamaContext(_model, new ContextOptions { ContextSize = 512, Threads = 1 });
        var generator = new TextGenerator(context);
        for (uint seed = 0; seed < 5; seed++)
        {
            Lamp lamp = await generator.GenerateAsync("x", ToolJson.Default.Lamp, new GenerationOptions
            {
                MaxTokens = 100,
                Sampling = new SamplingOptions { Seed = seed },
            });
            Assert.True(Enum.IsDefined(lamp.Colour));
        }

        LlamaException error = await Assert.ThrowsAsync<LlamaException>(() =>
            generator.GenerateAsync("x", ToolJson.Default.Lamp, new GenerationOptions
            {
                MaxTokens = 2,
                Sampling = new SamplingOptions { Seed = 1 },
            }));
        Assert.Contains("MaxTokens", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Cancels at the first token of the answer that follows a tool's result.</summary>
    private sealed class Cancelling(ChatSession session, CancellationTokenSource stop, bool active) : IStopCondition
    {
        public bool IsMet(ReadOnlySpan<int> generated)
        {
            if (active && session.Messages is [.., { Role: ChatRole.Tool }])
            {
                stop.Cancel();
            }

            return false;
        }
    }

    internal enum Colour
    {
        White,
        Red,
    }

    internal sealed record Lamp(bool On, Colour Colour);

    [JsonSourceGenerationOptions(UseStringEnumConverter = true)]
    [JsonSerializable(typeof(Lamp))]
    private sealed partial class ToolJson : JsonSerializerContext;
}
