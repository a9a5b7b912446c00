using TrainTinyChat.Graph;

namespace TrainTinyChat.Training;

/// <summary>The settings of a training run.</summary>
internal sealed record TrainerOptions
{
    public int Steps { get; init; } = 14_000;

    /// <summary>Windows per step.</summary>
    public int Windows { get; init; } = 4;

    public float PeakLearningRate { get; init; } = 3e-3f;

    public int WarmUp { get; init; } = 200;

    /// <summary>Steps between checkpoints.</summary>
    public int CheckpointEvery { get; init; } = 1000;
}

/// <summary>Runs the training steps, with periodic checkpoints.</summary>
internal sealed class Trainer(ModelParameters weights, Batcher batcher, TrainingGraph graph, BatchInputs inputs, TrainerOptions options)
{
    /// <summary>The loss of every step so far: the weighted mean over tokens.</summary>
    public List<float> Losses { get; } = [];

    /// <summary>The number of completed steps.</summary>
    public int Step { get; private set; }

    /// <summary>Called after every step.</summary>
    public Action<TrainingProgress>? Progress { get; init; }

    /// <summary>Called when a checkpoint is due.</summary>
    public Action<int>? CheckpointDue { get; init; }

    public void Resume(string path, string run) => Step = Checkpoint.Load(path, weights, run, Losses);

    public void Save(string path, string run) => Checkpoint.Save(path, weights, run, Step, Losses);

    /// <summary>Runs to the last step or until cancelled, but only between steps: a partial step would corrupt the weights.</summary>
    /// <returns>Whether all steps are completed.</returns>
    /// <exception cref="NotFiniteNumberException">The learning rate was too high and the weights are no longer finite; the last
    /// checkpoint is from before.</exception>
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
                    $"The loss of step {Step} is {loss}: the learning rate of {options.PeakLearningRate} is too high for this data.");
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

/// <summary>The progress of a run after a step.</summary>
internal readonly record struct TrainingProgress(int Step, int Steps, float Loss, float GradientNorm, int TokensPerStep);
