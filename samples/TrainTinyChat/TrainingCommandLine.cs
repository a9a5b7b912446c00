using System.Globalization;

namespace TrainTinyChat;

/// <summary>What the command line asks for.</summary>
internal sealed record TrainingCommandLine
{
    public ulong Seed { get; init; } = 42;

    public int Steps { get; init; } = 14_000;

    public int Documents { get; init; } = 200_000;

    public float LearningRate { get; init; } = 3e-3f;

    public string Out { get; init; } = "tiny-chat";

    public int EvaluateEvery { get; init; } = 2000;

    public string? Evaluate { get; init; }

    public static TrainingCommandLine Read(string[] args)
    {
        var options = new TrainingCommandLine();
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i];
            string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"The option '{name}' needs a value.");
            options = name switch
            {
                "--seed" => options with { Seed = ulong.Parse(Value(), CultureInfo.InvariantCulture) },
                "--steps" => options with { Steps = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--documents" => options with { Documents = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--learning-rate" => options with { LearningRate = float.Parse(Value(), CultureInfo.InvariantCulture) },
                "--out" => options with { Out = Value() },
                "--evaluate-every" => options with { EvaluateEvery = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--evaluate" => options with { Evaluate = Value() },
                _ => throw new ArgumentException($"There is no option '{name}'."),
            };
        }

        return options;
    }
}
