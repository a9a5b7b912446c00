using LlamaNative.Compute;
using TrainTinyChat.Corpus;
using TrainTinyChat.Graph;
using TrainTinyChat.Model;
using TrainTinyChat.Tokenizer;
using TrainTinyChat.Training;

namespace TrainTinyChat.Tests;

/// <summary>A training run so small that a step takes a millisecond.</summary>
internal sealed class TinyRun : IDisposable
{
    public const ulong Seed = 3;
    private readonly TrainingGraph _graph;

    public TinyRun(int steps = 8)
    {
        Tokenizer = TrainTokenizer();
        Shape = new ModelShape
        {
            Width = 32,
            Layers = 1,
            Heads = 2,
            KeyHeads = 1,
            FeedForward = 32,
            Vocabulary = Tokenizer.Count,
            Context = 256,
        };
        Documents = [.. CorpusGenerator.Documents(Seed, 60).Select(Tokenize)];
        Weights = new ModelParameters(Shape, Backend);
        Weights.Initialise(Seed);
        Inputs = new BatchInputs(Shape.Context, 1, Backend);
        _graph = new TrainingGraph(Weights, Inputs, Backend);
        Trainer = new Trainer(Weights, new Batcher(Documents, Shape.Context, Seed), _graph, Inputs, new TrainerOptions
        {
            Steps = steps,
            Windows = 1,
            WarmUp = 2,
        });
    }

    public Backend Backend { get; } = Backend.CreateCpu();

    public BytePairTokenizer Tokenizer { get; }

    public ModelShape Shape { get; }

    public TokenizedDocument[] Documents { get; }

    public ModelParameters Weights { get; }

    public BatchInputs Inputs { get; }

    public Trainer Trainer { get; }

    public static BytePairTokenizer TrainTokenizer(int documents = 300)
    {
        var trainer = new BytePairTrainer();
        foreach (string piece in CorpusGenerator.Documents(Seed, documents).SelectMany(document => document.PlainPieces))
        {
            trainer.Add(piece);
        }

        return trainer.Train(400);
    }

    public float[] AllWeights() => [.. Weights.List.SelectMany(parameter => Weights[parameter.Name].ToArray<float>())];

    /// <summary>The model as a file.</summary>
    public string Export(string path)
    {
        GgufExport.Write(
            path, GgufExport.Metadata(Shape, Tokenizer, "test"),
            [.. Weights.List.Select(
                parameter => (parameter.Name, parameter.Shape, (Func<float[]>)Weights[parameter.Name].ToArray<float>))]);
        return path;
    }

    public TokenizedDocument Tokenize(Document document)
    {
        var tokens = new List<int>();
        var learned = new List<bool>();
        document.Encode(Tokenizer, tokens, learned);
        return new TokenizedDocument([.. tokens], [.. learned]);
    }

    public void Dispose()
    {
        _graph.Dispose();
        Inputs.Dispose();
        Weights.Dispose();
        Backend.Dispose();
    }
}
