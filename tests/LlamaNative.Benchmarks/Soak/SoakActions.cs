using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Benchmarks.Soaking;

/// <summary>The actions of a user. Documented errors of an action are counted; all others are unexpected.</summary>
internal sealed class SoakActions(SoakRun run, Random random, SoakReport report)
{
    private static readonly (string Name, int Weight, Func<SoakActions, Task> Action)[] s_all =
    [
        ("chat", 6, actions => actions.Chat()),
        ("chat cancelled", 5, actions => actions.CancelledChat()),
        ("loop left early", 3, actions => actions.LeftEarly()),
        ("context disposed while generating", 4, actions => actions.DisposedWhileGenerating()),
        ("prompt too long", 2, actions => actions.TooLong()),
        ("context filled", 2, actions => actions.Filled()),
        ("sessions in parallel", 2, actions => actions.Parallel()),
        ("model reloaded", 1, actions => actions.Reload()),
        ("loading cancelled", 1, actions => actions.CancelledLoading()),
        ("misuse", 2, actions => actions.Misuse()),
    ];

    public static (string Name, Func<SoakActions, Task> Action) Draw(Random random)
    {
        int place = random.Next(s_all.Sum(action => action.Weight));
        foreach ((string name, int weight, Func<SoakActions, Task> action) in s_all)
        {
            if ((place -= weight) < 0)
            {
                return (name, action);
            }
        }

        throw new InvalidOperationException("The weights do not add up.");
    }

    private GenerationOptions Generation(int? maxTokens = null) => new()
    {
        MaxTokens = maxTokens ?? random.Next(1, 40),
        StopAtEndOfGeneration = random.Next(2) == 0,
        StopSequences = random.Next(2) == 0 ? ["the end", "\n\n"] : [],
        Sampling = new SamplingOptions { Seed = (uint)random.Next(), Temperature = random.NextSingle(), RepeatPenalty = 1.1f },
    };

    private string Text(int words) => string.Join(' ',
        Enumerable.Range(0, words).Select(_ => new string((char)('a' + random.Next(26)), random.Next(1, 7))));

    /// <summary>A context of the current model, which may be disposed before the context is created.</summary>
    private LlamaContext NewContext(int sequences = 1, int size = 512)
    {
        var options = new ContextOptions
        {
            ContextSize = size,
            BatchSize = 128,
            MicroBatchSize = 64,
            MaxSequences = sequences,
            Threads = 1,
            AttachThreadPool = random.Next(2) == 0,
        };
        while (true)
        {
            try
            {
                return new LlamaContext(run.Model, options);
            }
            catch (ObjectDisposedException)
            {
                report.Count("  model was gone, taken again");
            }
        }
    }

    private ChatSession NewSession(LlamaContext context, int sequence = 0) => new(context, new ChatSessionOptions
    {
        Format = ChatFormat.FromName(context.Model, "chatml"),
        SystemPrompt = "Be brief.",
        Overflow = (OverflowPolicy)random.Next(3),
        AnswerReserve = 48,
        Sequence = sequence,
    });

    private async Task Chat()
    {
        await using LlamaContext context = NewContext();
        await Talk(NewSession(context), turns: random.Next(2, 8));
    }

    private async Task Talk(ChatSession session, int turns)
    {
        for (int turn = 0; turn < turns; turn++)
        {
            try
            {
                await session.SendAsync(Text(random.Next(1, 12)), Generation()).CompleteAsync();
                report.Count("  turns");
            }
            catch (ContextOverflowException) when (session.Options.Overflow != OverflowPolicy.DropOldestTurns)
            {
                report.Count("  turns refused for overflow");
                session.Reset();
            }
        }
    }

    private async Task CancelledChat()
    {
        await using LlamaContext context = NewContext();
        ChatSession session = NewSession(context);
        for (int turn = 0; turn < 3; turn++)
        {
            using var stop = new CancellationTokenSource();
            int after = random.Next(6);
            if (after == 0)
            {
                stop.CancelAfter(random.Next(20));
            }

            try
            {
                int pieces = 0;
                await foreach (string _ in session.SendAsync(Text(4), Generation(60), stop.Token))
                {
                    if (++pieces == after)
                    {
                        await stop.CancelAsync();
                    }
                }

                report.Count("  cancelled too late");
            }
            catch (OperationCanceledException)
            {
                report.Count("  cancelled");
            }
            catch (ContextOverflowException) when (session.Options.Overflow != OverflowPolicy.DropOldestTurns)
            {
                session.Reset();
            }
        }
    }

    private async Task LeftEarly()
    {
        await using LlamaContext context = NewContext();
        var generator = new TextGenerator(context);
        for (int i = 0; i < 3; i++)
        {
            int pieces = random.Next(1, 8);
            await foreach (string _ in generator.StreamAsync(Text(5), Generation(80)))
            {
                if (--pieces == 0)
                {
                    break;
                }
            }
        }
    }

    private async Task DisposedWhileGenerating()
    {
        LlamaContext context = NewContext();
        Task generating = Generate();
        await Task.Delay(random.Next(15));
        if (random.Next(2) == 0)
        {
            context.Dispose();
        }
        else
        {
            await context.DisposeAsync();
        }

        await generating;
        context.Dispose();

        async Task Generate()
        {
            try
            {
                await new TextGenerator(context).GenerateAsync(Text(8), Generation(300) with { StopAtEndOfGeneration = false });
                report.Count("  disposed too late");
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                report.Count("  stopped by disposal");
            }
        }
    }

    private async Task TooLong()
    {
        await using LlamaContext context = NewContext(size: 256);
        try
        {
            await new TextGenerator(context).GenerateAsync(Text(2000), Generation());
            throw new InvalidOperationException("A prompt longer than the context was taken.");
        }
        catch (ContextOverflowException)
        {
            await new TextGenerator(context).GenerateAsync("a", Generation(2));
        }
    }

    private async Task Filled()
    {
        await using LlamaContext context = NewContext(size: 256);
        GenerationResult result = await new TextGenerator(context).GenerateAsync("a b c", Generation() with
        {
            MaxTokens = null,
            StopAtEndOfGeneration = false,
            StopSequences = [],
        });
        if (result.StopReason != StopReason.ContextFull)
        {
            throw new InvalidOperationException($"It ended with {result.StopReason}.");
        }
    }

    private async Task Parallel()
    {
        const int Sessions = 3;
        await using LlamaContext context = NewContext(Sessions, size: 512 * Sessions);
        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(sequence => Talk(NewSession(context, sequence), turns: 2)));
    }

    private async Task Reload()
    {
        await using LlamaContext before = NewContext();
        run.Reload();
        await new TextGenerator(before).GenerateAsync("a", Generation(5));
    }

    private async Task CancelledLoading()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(3)));
        try
        {
            (await LlamaModel.LoadAsync(run.Path, cancellationToken: stop.Token)).Dispose();
        }
        catch (OperationCanceledException)
        {
            report.Count("  loading stopped");
        }
    }

    private Task Misuse()
    {
        using LlamaContext context = NewContext();
        Expect<ArgumentException>(() => new TextGenerator(context).Generate("", Generation() with { AddSpecial = false }));
        Expect<ArgumentOutOfRangeException>(() => context.BorrowLogits(5));
        Expect<ArgumentException>(() => new LlamaContext(context.Model, new ContextOptions { BatchSize = 0 }).Dispose());
        context.Dispose();
        Expect<ObjectDisposedException>(() => new TextGenerator(context).Generate("a", Generation()));
        return Task.CompletedTask;

        static void Expect<T>(Action action)
            where T : Exception
        {
            try
            {
                action();
            }
            catch (T)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return; // another user reloaded the model
            }

            throw new InvalidOperationException($"No {typeof(T).Name} was thrown.");
        }
    }
}
