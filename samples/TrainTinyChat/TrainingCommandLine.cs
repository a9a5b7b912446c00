using System.Globalization;
using TrainTinyChat.Evaluation;

namespace TrainTinyChat;

/// <summary>The parsed command line.</summary>
internal sealed record TrainingCommandLine
{
    public const string Help = """
        TrainTinyChat: trains a small chat model with LlamaNative's ggml API.

          TrainTinyChat [--out FOLDER]              train tiny-chat.gguf from random weights; run again to resume after Ctrl+C
          TrainTinyChat --from MODEL --data FILE    fine-tune an F32 or F16 LLaMA on a text file, or on chats in .jsonl
          TrainTinyChat --evaluate MODEL            ask a model the held-out questions
          TrainTinyChat --talk MODEL                print the ten conversations of the model card
          TrainTinyChat --throughput                compare the speed of the hand-written and the automatic backward pass
          TrainTinyChat --show N                    print the first N documents of the corpus

          --seed N             random seed [default: 42]
          --steps N            [default: 14000; at most 400 with --from; 40 with --throughput]
          --learning-rate X    peak learning rate [default: 0.003; 0.0003 with --from]
          --documents N        the size of the corpus [default: 200000]
          --evaluate-every N   steps between evaluations [default: 2000]
          --questions N        maximum held-out questions of each kind [default: 12]
          --threads N          [default: 1; ggml's threads spin while waiting, so more are slower on a busy machine]
          --out PATH           output folder [default: tiny-chat]; with --from, the output file [default: tuned.gguf];
                               with --evaluate, a file for all prompts and answers as JSON lines
          --window N           with --from: window length in tokens [default: the model's context, at most 256]
          --memory GIB         with --from: memory limit; larger models are rejected [default: all memory]
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

    /// <exception cref="ArgumentException">An unknown option or an invalid value.</exception>
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
