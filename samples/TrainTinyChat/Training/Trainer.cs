using TrainTinyChat.Graph;

namespace TrainTinyChat.Training;

/// <summary>What a training run is told.</summary>
internal sealed record TrainerOptions
{
    public int Steps { get; init; } = 14_000;

    /// <summary>Windows of a step.</summary>
    public int Windows { get; init; } = 4;

    public float PeakLearningRate { get; init; } = 3e-3f;

    public int WarmUp { get; init; } = 200;

    /// <summary>The steps between two checkpoints.</summary>
    public int CheckpointEvery { get; init; } = 1000;
}

/// <summary>One step after another, with checkpoints between.</summary>
internal sealed class Trainer(ModelParameters weights, Batcher batcher, TrainingGraph graph, BatchInputs inputs, TrainerOptions options)
{
    /// <summary>The loss of every step so far: the mean over tokens by their weights.</summary>
    public List<float> Losses { get; } = [];

    /// <summary>The steps done.</summary>
    public int Step { get; private set; }

    /// <summary>Told after every step.</summary>
    public Action<TrainingProgress>? Progress { get; init; }

    /// <summary>Told when a checkpoint is due.</summary>
    public Action<int>? CheckpointDue { get; init; }

    public void Resume(string path, string run) => Step = Checkpoint.Load(path, weights, run, Losses);

    public void Save(string path, string run) => Checkpoint.Save(path, weights, run, Step, Losses);

    /// <summary>Runs to the last step, or until cancelled: between steps, for half a step would spoil the weights.</summary>
    /// <returns>Whether all steps are done.</returns>
    /// <exception cref="NotFiniteNumberException">The weights are lost to a learning rate that is too high; checkpoints are from
    /// before.</exception>
    public bool Run(CancellationToken cancellationToken)
    {
        var rate = new LearningRate(options.PeakLearningRate, options.WarmUp, options.Steps);
        while (Step < options.Steps)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            batcher.Write(Step, inputs);
            graph.Step(new StepSettings(Step + 1, rate.At(Step)), CancellationToken.None);
            Step++;
            float loss = Loss();
            Losses.Add(loss);
            if (!float.IsFinite(loss))
            {
                throw new NotFiniteNumberException(
                    $"The loss of step {Step} is {loss}: the learning rate of {options.PeakLearningRate} is too high for these data.");
            }

            Progress?.Invoke(new TrainingProgress(Step, options.Steps, loss, graph.GradientNorm, inputs.TokenCount));
            if (Step % options.CheckpointEvery == 0 || Step == options.Steps)
            {
                CheckpointDue?.Invoke(Step);
            }
        }

        return true;
    }

    private float Loss()
    {
        double sum = 0;
        for (int i = 0; i < graph.Losses.Length; i++)
        {
            sum += (double)graph.Losses[i] * batcher.Weights.Span[i];
        }

        return (float)sum;
    }
}

/// <summary>Where a run stands after a step.</summary>
internal readonly record struct TrainingProgress(int Step, int Steps, float Loss, float GradientNorm, int TokensPerStep);
