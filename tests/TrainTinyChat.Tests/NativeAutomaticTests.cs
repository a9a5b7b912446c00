using System.Diagnostics;
using LlamaNative.Compute;
using TrainTinyChat.Graph;
using TrainTinyChat.Model;
using TrainTinyChat.Throughput;
using Xunit.Abstractions;

namespace TrainTinyChat.Tests;

/// <summary>The hand-written pass, compared with <c>ggml_build_backward_expand</c> in the model's shape.</summary>
public sealed class NativeAutomaticTests(ITestOutputHelper output)
{
    [Fact]
    public void Gradients_agree_with_ggmls_own_automatic_pass()
    {
        var shape = new ModelShape { Vocabulary = 128, Layers = 2, Context = 64 };
        using Backend backend = Backend.CreateCpu();
        using var weights = new ModelParameters(shape, backend);
        weights.Initialise(1);
        using var inputs = new BatchInputs(shape.Context, 4, backend);
        int[] targets = ThroughputRun.WriteBatch(inputs, shape, 1);
        using var ours = new TrainingGraph(weights, inputs, backend, keepGradients: true);
        using var theirs = new NativeAutomaticGraph(weights, inputs, backend, keepGradients: true);
        theirs.WriteTargets(targets);
        ours.Step(new StepSettings(1, 0));
        theirs.Step(new StepSettings(1, 0));
        foreach (Parameter parameter in weights.List)
        {
            float[] expected = theirs.GradientOf(parameter.Name), actual = ours.GradientOf(parameter.Name).ToArray<float>();
            float largest = expected.Max(Math.Abs);
            Assert.True(largest > 0, parameter.Name);
            Assert.All(expected.Zip(actual),
                pair => Assert.InRange(pair.Second, pair.First - (1e-3f * largest), pair.First + (1e-3f * largest)));
        }
    }

    /// <summary>
    /// Measures, and asserts no time: TINY_CHAT_THROUGHPUT=1 dotnet test -c Release --filter Throughput --logger
    /// "console;verbosity=detailed".
    /// </summary>
    [Fact]
    public void Throughput_beside_both_automatic_passes()
    {
        if (Environment.GetEnvironmentVariable("TINY_CHAT_THROUGHPUT") is null)
        {
            return;
        }

        const int Rounds = 7, Steps = 6;
        var shape = new ModelShape();
        using Backend backend = Backend.CreateCpu();
        using var weights = new ModelParameters(shape, backend);
        weights.Initialise(1);
        using var inputs = new BatchInputs(shape.Context, 4, backend);
        int[] targets = ThroughputRun.WriteBatch(inputs, shape, 1);
        using var ours = new TrainingGraph(weights, inputs, backend);
        using var automatic = new AutomaticGraph(weights, inputs, backend);
        using var native = new NativeAutomaticGraph(weights, inputs, backend, keepGradients: false);
        automatic.WriteTargets(targets);
        native.WriteTargets(targets);
        var settings = new StepSettings(1, 1e-5f);
        (string Name, Action Step)[] passes =
            [("hand-written", () => ours.Step(settings)), ("ComputeGraph.BuildBackwardExpand", () => automatic.Step(settings)),
                ("ggml_build_backward_expand", () => native.Step(settings))];
        var rates = passes.ToDictionary(pass => pass.Name, _ => new List<double>());
        for (int round = -1; round < Rounds; round++)
        {
            foreach ((string name, Action step) in passes)
            {
                var clock = Stopwatch.StartNew();
                for (int i = 0; i < Steps; i++)
                {
                    step();
                }

                if (round >= 0)
                {
                    rates[name].Add(Steps * inputs.TokenCount / clock.Elapsed.TotalSeconds);
                }
            }
        }

        foreach ((string name, List<double> rate) in rates)
        {
            double median = rate.Order().ElementAt(Rounds / 2);
            output.WriteLine(
                FormattableString.Invariant($"{name}: {median:F0} tokens/s (median of {Rounds} rounds, {rate.Min():F0} to {rate.Max():F0})")
                + $"; {backend.Device.Description}");
        }
    }
}
