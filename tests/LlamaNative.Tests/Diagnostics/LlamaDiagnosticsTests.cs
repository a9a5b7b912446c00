using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using LlamaNative.Contexts;
using LlamaNative.Diagnostics;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;
using LlamaNative.Tests.Generation;

namespace LlamaNative.Tests.Diagnostics;

/// <summary>Every load, context and generation is reported once, without a per-token cost.</summary>
[Collection(nameof(Alone))]
public sealed class LlamaDiagnosticsTests : IDisposable
{
    private readonly TinyModel _file = new(fileName: "watched-model.gguf");
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _measured = new();
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _listener;

    public LlamaDiagnosticsTests()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == LlamaDiagnostics.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) => _measured.Enqueue((instrument.Name, value, ToDictionary(tags))));
        _meters.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => _measured.Enqueue((instrument.Name, value, ToDictionary(tags))));
        _meters.Start();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == LlamaDiagnostics.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _activities.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void A_generation_is_measured_and_traced_once()
    {
        using (LlamaModel model = _file.Load())
        using (var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 }))
        {
            var generator = new TextGenerator(context);
            var options = new GenerationOptions { MaxTokens = 5, StopAtEndOfGeneration = false, Sampling = SamplingOptions.Greedy };
            GenerationResult first = generator.Generate("the cat", options);
            GenerationResult second = generator.Generate("the cat", options);
            Assert.Equal(1, Sum("llamanative.context.count"));
            Assert.Equal(256, Sum("llamanative.cache.capacity"));
            Assert.Equal(first.Usage.PromptTokens + second.Usage.PromptTokens,
                Sum("gen_ai.client.token.usage", (LlamaDiagnostics.TokenType, "input")));
            Assert.Equal(10, Sum("gen_ai.client.token.usage", (LlamaDiagnostics.TokenType, "output")));
            Assert.Equal(second.Usage.CachedTokens, Sum("llamanative.cache.reused"));
            Assert.NotEqual(0, second.Usage.CachedTokens);
        }

        Assert.Equal(0, Sum("llamanative.context.count"));
        Assert.Equal(0, Sum("llamanative.cache.capacity"));
        foreach ((string name, int count) in new[] { ("llamanative.model.load.duration", 1),
            ("gen_ai.server.request.duration", 2), ("gen_ai.server.time_to_first_token", 2), ("gen_ai.server.time_per_output_token", 2) })
        {
            var found = Of(name);
            Assert.Equal(count, found.Length);
            Assert.All(found,
                measured => Assert.True(measured.Value > 0 && Equals(measured.Tags["gen_ai.request.model"], "watched-model")
                    && Equals(measured.Tags["gen_ai.provider.name"], "llama.cpp")));
        }

        Activity[] whole = [.. _activities.Where(activity => activity.OperationName == "text_completion")];
        Assert.Equal(2, whole.Length);
        Assert.Single(_activities, activity => activity.OperationName == "load");
        Assert.Equal(5, whole[0].GetTagItem("gen_ai.usage.output_tokens"));
        Assert.Equal(["MaxTokens"], (string[])whole[0].GetTagItem("gen_ai.response.finish_reasons")!);
        Activity[] parts = [.. _activities.Where(activity => activity.ParentSpanId == whole[0].SpanId)];
        Assert.Equal(["prompt", "generation"], parts.OrderBy(part => part.StartTimeUtc).Select(part => part.OperationName));
        Assert.Equal(whole[0].Duration.TotalMilliseconds, (parts[0].Duration + parts[1].Duration).TotalMilliseconds, tolerance: 0.01);
    }

    // The activity of a generation must not become the parent of the caller's activities between steps.
    [Fact]
    public void A_generation_belongs_to_the_callers_activity_and_leaves_it_current()
    {
        using LlamaModel model = _file.Load();
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        using var caller = new Activity("caller").Start();
        using (GenerationRun run = new TextGenerator(context).Start("the cat", new GenerationOptions
        {
            MaxTokens = 3,
            StopAtEndOfGeneration = false,
        }))
        {
            run.MoveNext();
            Assert.Same(caller, Activity.Current);
        }

        Assert.Same(caller, Activity.Current);
        Activity left = Assert.Single(_activities, activity => activity.OperationName == "text_completion");
        Assert.Equal(caller.SpanId, left.ParentSpanId);
        Assert.Equal(["Abandoned"], (string[])left.GetTagItem("gen_ai.response.finish_reasons")!);
    }

    [Fact]
    public void What_fails_has_the_type_of_its_error()
    {
        Assert.Throws<ModelLoadException>(() => LlamaModel.Load(_file.Path + ".missing"));
        Assert.Equal(typeof(ModelLoadException).FullName, Assert.Single(Of("llamanative.model.load.duration")).Tags["error.type"]);
        Activity load = Assert.Single(_activities, activity => activity.OperationName == "load");
        Assert.Equal(ActivityStatusCode.Error, load.Status);
    }

    [Fact]
    public void A_token_allocates_nothing_while_a_monitor_listens()
    {
        using LlamaModel model = _file.Load();
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 512, Threads = 1 });
        for (int round = 0; round < 2; round++)
        {
            using GenerationRun run = new TextGenerator(context).Start("the cat", new GenerationOptions
            {
                StopAtEndOfGeneration = false,
                ReuseCache = false,
            });
            for (int i = 0; i < 60; i++)
            {
                Assert.True(run.MoveNext());
            }

            long allocated = Allocations.Of(() =>
            {
                for (int i = 0; i < 100; i++)
                {
                    run.MoveNext();
                }
            });
            Assert.True(round == 0 || allocated == 0, $"{allocated} bytes");
            Assert.Null(run.StopReason);
        }
    }

    private (string Name, double Value, Dictionary<string, object?> Tags)[] Of(string name) =>
        [.. _measured.Where(measured => measured.Name == name)];

    private double Sum(string name, (string Key, string Value)? tag = null) =>
        Of(name).Where(measured => tag is not { } wanted || Equals(measured.Tags[wanted.Key], wanted.Value))
            .Sum(measured => measured.Value);

    private static Dictionary<string, object?> ToDictionary(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = new Dictionary<string, object?>();
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            all[tag.Key] = tag.Value;
        }

        return all;
    }
}
