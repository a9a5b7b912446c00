using LlamaNative.Compute;
using LlamaNative.Tensors;
using TrainTinyChat.Corpus;
using TrainTinyChat.Graph;
using TrainTinyChat.Model;

namespace TrainTinyChat.Tests;

/// <summary>Training can make progress even with wrong gradients, so they are compared with independent values.</summary>
public sealed class GradientTests
{
    private static readonly ModelShape s_small = new()
    {
        Width = 32,
        Layers = 2,
        Heads = 4,
        KeyHeads = 2,
        FeedForward = 24,
        Vocabulary = 40,
        Context = 16,
    };

    public static TheoryData<bool, int> Shapes => new() { { true, 2 }, { true, 1 }, { false, 2 }, { true, 4 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Written_out_gradients_agree_with_the_automatic_pass(bool tied, int keyHeads)
    {
        using var bench = new Bench(s_small with { TiedOutput = tied, KeyHeads = keyHeads });
        bench.WriteBatch(uniform: true);
        using var graph = new TrainingGraph(bench.Weights, bench.Inputs, bench.Backend, keepGradients: true);
        graph.Step(new StepSettings(1, 0));
        using var automatic = new AutomaticGraph(bench.Weights, bench.Inputs, bench.Backend, keepGradients: true);
        automatic.WriteTargets(bench.Targets);
        automatic.Step(new StepSettings(1, 0));
        double squares = 0;
        foreach (Parameter parameter in bench.Weights.List)
        {
            float[] ours = graph.GradientOf(parameter.Name).ToArray<float>();
            float[] theirs = automatic.GradientOf(parameter.Name).ToArray<float>();
            float scale = theirs.Max(Math.Abs);
            Assert.True(scale > 1e-6, $"{parameter.Name} has no gradient");
            for (int i = 0; i < ours.Length; i++)
            {
                Assert.True(Math.Abs(ours[i] - theirs[i]) <= 2e-4 * scale,
                    $"{parameter.Name}[{i}]: {ours[i]} and {theirs[i]} (largest {scale})");
            }

            squares += theirs.Sum(value => (double)value * value);
        }

        Assert.Equal(Math.Sqrt(squares), graph.GradientNorm, 1e-3 * Math.Sqrt(squares));
        Assert.Equal(automatic.Loss, graph.Losses.ToArray().Average(), 1e-4);
    }

    [Fact]
    public void Gradients_agree_with_finite_differences_also_with_weights_on_tokens()
    {
        using var bench = new Bench(s_small);
        bench.WriteBatch(uniform: false);
        using var graph = new TrainingGraph(bench.Weights, bench.Inputs, bench.Backend, keepGradients: true);
        graph.Step(new StepSettings(1, 0));
        float[][] gradients = [.. bench.Weights.List.Select(parameter => graph.GradientOf(parameter.Name).ToArray<float>())];
        for (int p = 0; p < gradients.Length; p++)
        {
            // Along the gradient itself the loss changes by its length, which stands out of the rounding of F32.
            GgmlTensor weight = bench.Weights[bench.Weights.List[p].Name];
            float[] values = weight.ToArray<float>();
            double length = Math.Sqrt(gradients[p].Sum(value => (double)value * value));
            const float Step = 2e-3f;
            double Loss(float sign)
            {
                weight.Write<float>([.. values.Select((value, i) => value + (sign * Step * (float)(gradients[p][i] / length)))]);
                graph.Step(new StepSettings(1, 0));
                return bench.WeightedLoss(graph.Losses);
            }

            double slope = (Loss(1) - Loss(-1)) / (2 * Step);
            weight.Write<float>(values);
            Assert.True(Math.Abs(slope - length) < (0.02 * length) + 1e-4,
                $"{bench.Weights.List[p].Name}: slope {slope}, gradient {length}");
        }
    }

    private sealed class Bench : IDisposable
    {
        private float[] _weights = [];

        public Bench(ModelShape shape)
        {
            Weights = new ModelParameters(shape, Backend);
            Weights.Initialise(7);
            Inputs = new BatchInputs(shape.Context, 3, Backend);
        }

        public Backend Backend { get; } = Backend.CreateCpu();

        public ModelParameters Weights { get; }

        public BatchInputs Inputs { get; }

        public int[] Targets { get; private set; } = [];

        /// <summary>Documents of 1 to 9 tokens, packed into every window.</summary>
        public void WriteBatch(bool uniform)
        {
            var dice = new Dice(5, 0);
            int count = Inputs.TokenCount;
            int[] Draw() => [.. Enumerable.Range(0, count).Select(_ => dice.Next(Weights.Shape.Vocabulary))];
            int[] positions = new int[count];
            for (int i = 0; i < count; i++)
            {
                positions[i] = i % Inputs.WindowLength == 0 || positions[i - 1] == 8 || dice.Chance(0.2) ? 0 : positions[i - 1] + 1;
            }

            Targets = Draw();
            _weights = [.. Enumerable.Range(0, count).Select(_ => uniform ? 1f : dice.Next(3) * 0.5f)];
            float sum = _weights.Sum();
            _weights = [.. _weights.Select(weight => weight / sum)];
            Inputs.Write(Draw(), positions, Targets, _weights);
        }

        public double WeightedLoss(ReadOnlySpan<float> losses)
        {
            double sum = 0;
            for (int i = 0; i < losses.Length; i++)
            {
                sum += (double)losses[i] * _weights[i];
            }

            return sum;
        }

        public void Dispose()
        {
            Inputs.Dispose();
            Weights.Dispose();
            Backend.Dispose();
        }
    }
}
