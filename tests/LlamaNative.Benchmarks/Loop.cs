using System.Diagnostics;
using System.Globalization;
using System.Text;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Benchmarks;

/// <summary>A whole use of the library: load, prompt, generate. The peer of reference/loop.c, which prints the same lines.</summary>
internal static class Loop
{
    private const uint FnvBasis = 2166136261;
    private const uint FnvPrime = 16777619;

    public const string Usage = "loop MODEL TOKENS THREADS ROUNDS POOL(0|1)";

    private static readonly string[] Stops = ["\n\nUser:", "<|im_end|>", "### Instruction", "The End."];

    public static int Run(string[] args, long start)
    {
        if (args is not [string path, string tokenText, string threadText, string roundText, string pool])
        {
            Console.Error.WriteLine("usage: " + Usage);
            return 2;
        }

        int tokens = Number(tokenText);
        int rounds = Number(roundText);
        using (LlamaModel model = LlamaModel.Load(path))
        using (var context = new LlamaContext(model, new ContextOptions
        {
            ContextSize = 512,
            Threads = Number(threadText),
            AttachThreadPool = pool == "1",
        }))
        {
            var generator = new TextGenerator(context);
            for (int round = 0; round < rounds; round++)
            {
                Generate(generator, tokens, round, start);
            }

            // For whoever looks into a missed bar.
            Print($"model_load_ms {model.LoadTime.TotalMilliseconds:F2}");
            Print($"managed_allocated_kib {GC.GetTotalAllocatedBytes() / 1024}");
            Print($"jit_methods {System.Runtime.JitInfo.GetCompiledMethodCount()}");
            Print($"jit_ms {System.Runtime.JitInfo.GetCompilationTime().TotalMilliseconds:F2}");
            if (PeakKibibytes() is { } peak)
            {
                Print($"peak_kib {peak}");
            }
        }

        return 0;
    }

    /// <summary>What atoi does for the loop in C; int.Parse would load its cultures while the time to the first token runs.</summary>
    private static int Number(string digits)
    {
        int number = 0;
        foreach (char digit in digits)
        {
            number = char.IsAsciiDigit(digit) ? checked((number * 10) + digit - '0') : throw new FormatException($"'{digits}' is not a number.");
        }

        return number;
    }

    private static void Generate(TextGenerator generator, int tokens, int round, long start)
    {
        var options = new GenerationOptions
        {
            MaxTokens = tokens,
            StopAtEndOfGeneration = false,
            StopSequences = Stops,
            ReuseCache = false,
            Sampling = new SamplingOptions { RepeatPenalty = 1.1f, FrequencyPenalty = 0.1f, PresencePenalty = 0.1f, TopP = 0.9f, Seed = 1 + (uint)round },
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

    private static string? PeakKibibytes()
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

    // Opened by the first line, behind the first token, and not as a writer: what the console takes is not the library's.
    private static void Print(FormattableString line)
    {
        using Stream output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(line.ToString(CultureInfo.InvariantCulture) + "\n"));
    }
}
