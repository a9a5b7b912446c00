// Loads, evaluates a prompt and generates. The counterpart of loop.c, which makes the same calls and prints the same lines.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using LlamaNative;
using LlamaNative.Sampling;

long start = Stopwatch.GetTimestamp();
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [string path, string tokenText, string threadText, string roundText, string pool])
{
    Console.Error.WriteLine("usage: LlamaNative.Loop MODEL TOKENS THREADS ROUNDS POOL(0|1)");
    return 2;
}

// Console.Out would be initialized between the first token and its line, whose time is measured.
using Stream output = Console.OpenStandardOutput();
string[] stops = ["\n\nUser:", "<|im_end|>", "### Instruction", "The End."];
int tokens = int.Parse(tokenText, CultureInfo.InvariantCulture);
int threads = int.Parse(threadText, CultureInfo.InvariantCulture);
int rounds = int.Parse(roundText, CultureInfo.InvariantCulture);

using var model = LlamaModel.Load(path);
using var context = new LlamaContext(model, new ContextOptions { ContextSize = 512, Threads = threads, AttachThreadPool = pool == "1" });
var generator = new TextGenerator(context);
for (int round = 0; round < rounds; round++)
{
    Generate(round);
}

// Details for investigating a missed limit.
Print($"model_load_ms {model.LoadTime.TotalMilliseconds:F2}");
Print($"managed_allocated_kib {GC.GetTotalAllocatedBytes() / 1024}");
Print($"jit_methods {System.Runtime.JitInfo.GetCompiledMethodCount()}");
Print($"jit_ms {System.Runtime.JitInfo.GetCompilationTime().TotalMilliseconds:F2}");
if (PeakKibibytes() is { } peak)
{
    Print($"peak_kib {peak}");
}

return 0;

void Generate(int round)
{
    const uint FnvBasis = 2166136261;
    const uint FnvPrime = 16777619;
    var options = new GenerationOptions
    {
        MaxTokens = tokens,
        StopAtEndOfGeneration = false,
        StopSequences = stops,
        ReuseCache = false,
        Sampling = new SamplingOptions
        {
            RepeatPenalty = 1.1f,
            FrequencyPenalty = 0.1f,
            PresencePenalty = 0.1f,
            TopP = 0.9f,
            Seed = 1 + (uint)round,
        },
    };
    using GenerationRun run = generator.Start("Once upon a time", options);
    run.MoveNext();
    long first = Stopwatch.GetTimestamp();
    if (round == 0)
    {
        Print($"first_token_ms {Stopwatch.GetElapsedTime(start, first).TotalMilliseconds:F2}");
    }

    while (run.MoveNext())
    {
    }

    double seconds = Stopwatch.GetElapsedTime(first).TotalSeconds;
    Print($"pipeline_tps {(run.Tokens.Length - 1) / seconds:F3}");
    uint hash = FnvBasis;
    foreach (int token in run.Tokens)
    {
        hash = (hash ^ (uint)token) * FnvPrime;
    }

    Print($"tokens_fnv {hash}");
}

void Print(string line) => output.Write(Encoding.UTF8.GetBytes(line + "\n"));

static string? PeakKibibytes()
{
    const string Name = "VmHWM:";
    foreach (string line in File.Exists("/proc/self/status") ? File.ReadAllLines("/proc/self/status") : [])
    {
        if (line.StartsWith(Name, StringComparison.Ordinal))
        {
            return line[Name.Length..].Trim().Split(' ')[0];
        }
    }

    return null;
}
