using System.Globalization;
using TrainTinyChat.Evaluation;

namespace TrainTinyChat;

/// <summary>What the command line asks for.</summary>
internal sealed record TrainingCommandLine
{
    public const string Help = """
        TrainTinyChat: trains a small chat model with LlamaNative's own layer over ggml.

          TrainTinyChat [--out FOLDER]              from random weights to tiny-chat.gguf; run again to go on after Ctrl+C
          TrainTinyChat --from MODEL --data FILE    goes on training a LLaMA in F32 or F16 on a text file, or chats in .jsonl
          TrainTinyChat --evaluate MODEL            asks a model the held-out questions
          TrainTinyChat --talk MODEL                the ten conversations of the model card
          TrainTinyChat --throughput                the written-out backward pass against the automatic one
          TrainTinyChat --show N                    the first N documents of the corpus

          --seed N             what everything random comes from [default: 42]
          --steps N            [default: 14000; at most 400 with --from; 40 with --throughput]
          --learning-rate X    the highest one [default: 0.003; 0.0003 with --from]
          --documents N        the size of the corpus [default: 200000]
          --evaluate-every N   steps between two examinations [default: 2000]
          --questions N        held-out questions of each kind, at most [default: 12]
          --threads N          [default: 1; ggml's threads wait by spinning, more are slower on a busy machine]
          --out PATH           the folder to write to [default: tiny-chat]; with --from the file [default: tuned.gguf],
                               with --evaluate a file for every prompt and answer, in JSON lines
          --window N           with --from: the tokens of a window [default: the model's context, at most 256]
          --memory GIB         with --from: refuse what needs more [default: what the machine has]
          --help               this text
        """;

    public ulong Seed { get; init; } = 42;

    public int? Steps { get; init; }

    public int Documents { get; init; } = 200_000;

    public float? LearningRate { get; init; }

    public string? Out { get; init; }

    public int EvaluateEvery { get; init; } = 2000;

    public int Questions { get; init; } = Examiner.QuestionsPerKind;

    public int Threads { get; init; } = 1;

    public string? Evaluate { get; init; }

    public string? Talk { get; init; }

    public bool Throughput { get; init; }

    public int? Show { get; init; }

    public string? From { get; init; }

    public string? Data { get; init; }

    public int? Window { get; init; }

    public double? MemoryGib { get; init; }

    /// <exception cref="ArgumentException">An option that is not there, or a value that is none.</exception>
    public static TrainingCommandLine Read(string[] args)
    {
        var options = new TrainingCommandLine();
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i];
            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"The option '{name}' needs a value.");
            int Count() => int.TryParse(Value(), CultureInfo.InvariantCulture, out int count) && count > 0
                ? count
                : throw new ArgumentException($"The option '{name}' needs a number above 0, not '{args[i]}'.");
            double Number() =>
                double.TryParse(Value(), CultureInfo.InvariantCulture, out double number) && number > 0 && double.IsFinite(number)
                ? number
                : throw new ArgumentException($"The option '{name}' needs a number above 0, not '{args[i]}'.");
            options = name switch
            {
                "--seed" => options with { Seed = (ulong)Count() },
                "--steps" => options with { Steps = Count() },
                "--documents" => options with { Documents = Count() },
                "--learning-rate" => options with { LearningRate = (float)Number() },
                "--out" => options with { Out = Value() },
                "--evaluate-every" => options with { EvaluateEvery = Count() },
                "--questions" => options with { Questions = Count() },
                "--threads" => options with { Threads = Count() },
                "--evaluate" => options with { Evaluate = Value() },
                "--talk" => options with { Talk = Value() },
                "--throughput" => options with { Throughput = true },
                "--show" => options with { Show = Count() },
                "--from" => options with { From = Value() },
                "--data" => options with { Data = Value() },
                "--window" => options with { Window = Count() },
                "--memory" => options with { MemoryGib = Number() },
                _ => throw new ArgumentException($"There is no option '{name}'; --help lists them."),
            };
        }

        return (options.From is null) == (options.Data is null) ? options : throw new ArgumentException("--from and --data go together.");
    }
}
