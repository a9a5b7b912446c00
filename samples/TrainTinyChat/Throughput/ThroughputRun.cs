using System.Diagnostics;
using System.Globalization;
using LlamaNative.Compute;
using TrainTinyChat.Corpus;
using TrainTinyChat.Graph;
using TrainTinyChat.Model;

namespace TrainTinyChat.Throughput;

/// <summary>
/// Measures whole training steps in the tiny chat model's shape, with the hand-written backward pass and the automatic one.
/// The two alternate, so that other load on the machine affects both equally.
/// </summary>
internal static class ThroughputRun
{
    private const int Rounds = 5;

    public static int Run(TrainingCommandLine options)
    {
        var shape = new ModelShape();
        int steps = Math.Max(1, (options.Steps ?? 40) / Rounds);
        using Backend backend = Backend.CreateCpu(options.Threads);
        using var weights = new ModelParameters(shape, backend);
        weights.Initialise(options.Seed);
        using var inputs = new BatchInputs(shape.Context, 4, backend);
        int[] targets = WriteBatch(inputs, shape, options.Seed);
        using var ours = new TrainingGraph(weights, inputs, backend);
        using var automatic = new AutomaticGraph(weights, inputs, backend);
        automatic.WriteTargets(targets);
        var settings = new StepSettings(1, 1e-5f);
        ours.Step(settings);
        automatic.Step(settings);

        var times = new List<(double Ours, double Automatic)>();
        for (int round = 0; round < Rounds; round++)
        {
            times.Add((Time(steps, () => ours.Step(settings)), Time(steps, () => automatic.Step(settings))));
            double tokens = steps * inputs.TokenCount;
            Console.WriteLine(FormattableString.Invariant(
                $"round {round + 1}: hand-written {tokens / times[^1].Ours:F0}, automatic {tokens / times[^1].Automatic:F0} tokens/s"));
        }

        double[] ratios = [.. times.Select(time => time.Automatic / time.Ours).Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{backend.Device.Description}, {options.Threads} thread(s): {ratios[Rounds / 2]:F2} times as fast (median of {Rounds} rounds; "
            + $"{ratios[0]:F2} to {ratios[^1]:F2})"));
        return 0;
    }

    /// <summary>Documents of 80 tokens, the average length in the corpus.</summary>
    public static int[] WriteBatch(BatchInputs inputs, ModelShape shape, ulong seed)
    {
        var dice = new Dice(seed, 1);
        int[] Draw() => [.. Enumerable.Range(0, inputs.TokenCount).Select(_ => dice.Next(shape.Vocabulary))];
        int[] targets = Draw();
        float[] weights = [.. Enumerable.Repeat(1f / inputs.TokenCount, inputs.TokenCount)];
        inputs.Write(Draw(), [.. Enumerable.Range(0, inputs.TokenCount).Select(i => i % inputs.WindowLength % 80)], targets, weights);
        return targets;
    }

    private static double Time(int steps, Action step)
    {
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < steps; i++)
        {
            step();
        }

        return clock.Elapsed.TotalSeconds;
    }
}
