using System.Diagnostics;
using System.Globalization;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

// The generation loop in C#, the peer of reference/loop.c: prints the tokens per second of each round.
// Usage: MODEL TOKENS THREADS ROUNDS POOL(0|1)
if (args is not [string path, string tokenText, string threadText, string roundText, string pool])
{
    Console.Error.WriteLine("usage: MODEL TOKENS THREADS ROUNDS POOL");
    return 2;
}

int tokens = int.Parse(tokenText, CultureInfo.InvariantCulture);
using LlamaModel model = LlamaModel.Load(path);
using var context = new LlamaContext(model, new ContextOptions
{
    ContextSize = 512,
    Threads = int.Parse(threadText, CultureInfo.InvariantCulture),
    AttachThreadPool = pool == "1",
});
var generator = new TextGenerator(context);
for (uint round = 0; round < uint.Parse(roundText, CultureInfo.InvariantCulture); round++)
{
    var options = new GenerationOptions
    {
        MaxTokens = tokens,
        StopAtEndOfGeneration = false,
        ReuseCache = false,
        Sampling = new SamplingOptions { RepeatPenalty = 1.1f, TopP = 0.9f, Seed = 1 + round },
    };
    using GenerationRun run = generator.Start("Once upon a time", options);
    run.MoveNext();
    long first = Stopwatch.GetTimestamp();
    while (run.MoveNext())
    {
    }

    double seconds = Stopwatch.GetElapsedTime(first).TotalSeconds;
    Console.WriteLine(((tokens - 1) / seconds).ToString("F1", CultureInfo.InvariantCulture));
}

return 0;
