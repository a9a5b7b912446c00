using LlamaNative;
using LlamaNative.Compute;
using LlamaNative.Models;
using TrainTinyChat.Graph;
using TrainTinyChat.Model;
using TrainTinyChat.Training;

namespace TrainTinyChat.FineTuning;

/// <summary>
/// Fine-tunes a model on a user's text. A tenth of the documents is held out. Training stops when the loss on these no longer
/// falls, and the weights with the lowest held-out loss are written.
/// </summary>
internal sealed class FineTuningRun(TrainingCommandLine options)
{
    private const int MaxWindow = 256;
    private const int Windows = 4;
    private const int Patience = 4;
    private const int DefaultSteps = 400;
    private const float DefaultLearningRate = 3e-4f;

    /// <summary>Losses on the held-out documents, by step.</summary>
    public List<(int Step, float Loss)> HeldOut { get; } = [];

    /// <summary>The number of completed steps.</summary>
    public int Steps { get; private set; }

    public int Run(CancellationToken cancellationToken)
    {
        using var source = new SourceModel(options.From!);
        ModelShape shape = source.Shape;
        int window = options.Window ?? Math.Min(shape.Context, MaxWindow);
        long available = options.MemoryGib is { } gib ? (long)(gib * (1 << 30)) : MemoryEstimate.Available;
        MemoryEstimate.Require(shape, window, Windows, available);
        IReadOnlyList<TokenizedDocument> documents = ReadData(shape, window);
        int tenth = Math.Max(1, documents.Count / 10);
        TokenizedDocument[] heldOut = [.. documents.Where((_, i) => i % (documents.Count / tenth) == 0).Take(tenth)];
        TokenizedDocument[] trained = [.. documents.Except(heldOut)];
        Say($"{ParameterList.Count(shape)} parameters; {trained.Length} documents to train on, {heldOut.Length} held out");

        using Backend backend = Backend.CreateCpu(options.Threads);
        using var weights = new ModelParameters(shape, backend);
        source.Load(weights);
        using var inputs = new BatchInputs(window, Windows, backend);
        using var graph = new TrainingGraph(weights, inputs, backend);
        using var examination = new HeldOutLoss(weights, inputs, new Batcher(heldOut, window, options.Seed), backend);
        Dictionary<string, float[]> best = Snapshot(weights);
        HeldOut.Add((0, examination.Compute()));
        Say($"held-out loss {HeldOut[0].Loss:F4} before training");

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int steps = options.Steps ?? DefaultSteps;
        void Look(int step)
        {
            float loss = examination.Compute();
            bool better = loss < HeldOut.Min(point => point.Loss);
            HeldOut.Add((step, loss));
            Say($"step {step}: held-out loss {loss:F4}{(better ? "" : ", no better")}");
            if (better)
            {
                best = Snapshot(weights);
            }
            else if (HeldOut.Count - 1 - BestPlace() >= Patience)
            {
                end.Cancel();
            }
        }

        var trainer = new Trainer(weights, new Batcher(trained, window, options.Seed), graph, inputs, new TrainerOptions
        {
            Steps = steps,
            Windows = Windows,
            PeakLearningRate = options.LearningRate ?? DefaultLearningRate,
            WarmUp = Math.Min(20, steps),
            CheckpointEvery = Math.Max(1, steps / 20),
        })
        {
            Progress = new ProgressLine().Show,
            CheckpointDue = Look,
        };
        try
        {
            trainer.Run(end.Token);
        }
        catch (NotFiniteNumberException error)
        {
            Say($"{error.Message} The best weights so far are kept.");
        }

        Steps = trainer.Step;

        string path = options.Out ?? "tuned.gguf";
        source.Write(path, best);
        LossPage.Write(Path.ChangeExtension(path, ".html"), $"Training of {Path.GetFileName(options.From)}",
            trainer.Losses.Count > 0 ? trainer.Losses : [HeldOut[0].Loss], HeldOut);
        (int bestStep, float bestLoss) = HeldOut[BestPlace()];
        string stopped = Steps < steps ? $"stopped after step {Steps}; " : "";
        Say($"{stopped}wrote the weights of step {bestStep}, held-out loss {bestLoss:F4}, to {path}");
        return 0;
    }

    private IReadOnlyList<TokenizedDocument> ReadData(ModelShape shape, int window)
    {
        using LlamaModel model = LlamaModel.Load(options.From!, new ModelOptions { VocabularyOnly = true });
        if (model.Vocabulary.Count > shape.Vocabulary)
        {
            throw new InvalidDataException(
                $"'{options.From}' has {model.Vocabulary.Count} tokens, but embeddings for {shape.Vocabulary}.");
        }

        return TrainingData.Read(options.Data!, model, window);
    }

    private int BestPlace() => HeldOut.IndexOf(HeldOut.MinBy(point => point.Loss));

    private static Dictionary<string, float[]> Snapshot(ModelParameters weights) =>
        weights.List.ToDictionary(parameter => parameter.Name, parameter => weights[parameter.Name].ToArray<float>());

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
