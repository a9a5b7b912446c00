using System.Diagnostics;
using LlamaNative;
using LlamaNative.Compute;
using LlamaNative.Models;
using TrainTinyChat.Corpus;
using TrainTinyChat.Evaluation;
using TrainTinyChat.Graph;
using TrainTinyChat.Model;
using TrainTinyChat.Tokenizer;
using TrainTinyChat.Training;

namespace TrainTinyChat;

/// <summary>Trains a chat model from random weights.</summary>
internal sealed class TinyChatRun(TrainingCommandLine options)
{
    public const int Vocabulary = 1024;
    public const int TokenizerSample = 20_000;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly IReadOnlyList<Conversation> _questions = Examiner.Questions(options.Seed, options.Questions);

    private string Folder { get; } = options.Out ?? "tiny-chat";

    private string FullPath => Path.Combine(Folder, "tiny-chat-f32.gguf");

    private string QuantizedPath => Path.Combine(Folder, "tiny-chat.gguf");

    private string CheckpointPath => Path.Combine(Folder, "checkpoint.gguf");

    public int Run(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        BytePairTokenizer tokenizer = TrainTokenizer();
        var shape = new ModelShape { Vocabulary = tokenizer.Count };
        TokenizedDocument[] documents = Tokenize(tokenizer);
        var batcher = new Batcher(documents, shape.Context, options.Seed);
        Say($"{documents.Length} documents, {documents.Sum(document => (long)document.Tokens.Length)} tokens, {batcher.WindowCount} "
            + $"windows, {batcher.PaddingShare:P1} padding");

        using Backend backend = Backend.CreateCpu(options.Threads);
        using var weights = new ModelParameters(shape, backend);
        weights.Initialise(options.Seed);
        TrainerOptions trainerOptions = MakeTrainerOptions();
        using var inputs = new BatchInputs(shape.Context, trainerOptions.Windows, backend);
        using var graph = new TrainingGraph(weights, inputs, backend);
        Say($"{ParameterList.Count(shape)} parameters, {graph.WorkBytes >> 20} MiB for results");

        string run = FormattableString.Invariant(
            $"seed {options.Seed}, {options.Documents} documents, {trainerOptions.Steps} steps, rate {trainerOptions.PeakLearningRate}");
        var progress = new ProgressLine();
        Trainer? trainer = null;
        void Save(int step)
        {
            trainer!.Save(CheckpointPath, run);
            LossPage.Write(Path.Combine(Folder, "loss.html"), "Tiny Chat: loss", trainer.Losses);
            if (step % options.EvaluateEvery == 0)
            {
                Export(weights, tokenizer);
                Examine(FullPath, details: false);
            }
        }

        trainer = new Trainer(weights, batcher, graph, inputs, trainerOptions) { Progress = progress.Show, CheckpointDue = Save };
        if (File.Exists(CheckpointPath))
        {
            trainer.Resume(CheckpointPath, run);
            Say($"resuming after step {trainer.Step}");
        }

        if (!trainer.Run(cancellationToken))
        {
            trainer.Save(CheckpointPath, run);
            Say($"stopped after step {trainer.Step}; run the same command again to resume");
            return 130;
        }

        Export(weights, tokenizer);
        RequireSameTokens(documents);
        ModelQuantizer.Quantize(FullPath, QuantizedPath, new ModelQuantizationOptions { FileType = ModelFileType.Q8_0, Threads = 1 },
            cancellationToken: cancellationToken);
        Say("F32:");
        Examine(FullPath, details: true);
        Say($"Q8_0, {new FileInfo(QuantizedPath).Length} bytes:");
        Examine(QuantizedPath, details: false);
        Say($"{progress.TokensPerSecond:F0} tokens/s");
        return 0;
    }

    private BytePairTokenizer TrainTokenizer()
    {
        var trainer = new BytePairTrainer();
        foreach (Document document in CorpusGenerator.Documents(options.Seed, Math.Min(TokenizerSample, options.Documents)))
        {
            foreach (string piece in document.PlainPieces)
            {
                trainer.Add(piece);
            }
        }

        BytePairTokenizer tokenizer = trainer.Train(Vocabulary);
        Say($"{tokenizer.Count} tokens");
        return tokenizer;
    }

    private TokenizedDocument[] Tokenize(BytePairTokenizer tokenizer) =>
        [.. CorpusGenerator.Documents(options.Seed, options.Documents).Select(document =>
        {
            var tokens = new List<int>();
            var learned = new List<bool>();
            document.Encode(tokenizer, tokens, learned);
            return new TokenizedDocument([.. tokens], [.. learned]);
        })];

    /// <summary>Checks that llama.cpp tokenizes the training data like the trainer; otherwise the model would generate nonsense.</summary>
    /// <exception cref="InvalidOperationException">llama.cpp tokenizes a document differently, or its detokenized text differs.</exception>
    private void RequireSameTokens(TokenizedDocument[] documents)
    {
        using LlamaModel model = LlamaModel.Load(FullPath, new ModelOptions { VocabularyOnly = true });
        int number = 0;
        foreach (string text in CorpusGenerator.Documents(options.Seed, options.Documents).Select(document => document.Text))
        {
            int[] tokens = documents[number++].Tokens;
            bool same = model.Vocabulary.Tokenize(text + ChatMl.EndOfText, parseSpecial: true).AsSpan().SequenceEqual(tokens);
            if (!same || model.Vocabulary.Detokenize(tokens, showSpecial: true) != text + ChatMl.EndOfText)
            {
                throw new InvalidOperationException($"llama.cpp tokenizes document {number - 1} differently from the trainer: {text}");
            }
        }

        Say($"llama.cpp tokenizes all {number} documents like the trainer, and detokenizes them to the same text");
    }

    private void Export(ModelParameters weights, BytePairTokenizer tokenizer) =>
        GgufExport.Write(
            FullPath, GgufExport.Metadata(weights.Shape, tokenizer, "Tiny Chat"),
            [.. weights.List.Select(
                parameter => (parameter.Name, parameter.Shape, (Func<float[]>)weights[parameter.Name].ToArray<float>))]);

    private TrainerOptions MakeTrainerOptions()
    {
        var defaults = new TrainerOptions();
        return defaults with
        {
            Steps = options.Steps ?? defaults.Steps,
            PeakLearningRate = options.LearningRate ?? defaults.PeakLearningRate,
        };
    }

    /// <summary>Evaluates a model on the held-out questions and prints the results.</summary>
    public int Examine(string path, bool details)
    {
        IReadOnlyList<Mark> marks = Examiner.Examine(path, _questions);
        if (options.Evaluate is not null && options.Out is not null)
        {
            File.WriteAllLines(options.Out, marks.Select(mark => mark.ToJson()));
        }

        foreach (Mark mark in marks.Where(mark => details && !mark.Right))
        {
            Say($"  {mark.Question.Last.Kind}: '{mark.Question.Last.User}' gave '{mark.Answer}', not '{mark.Question.Last.Answer}'");
        }

        foreach (string line in Examiner.Report(marks))
        {
            Say(line);
        }

        return 0;
    }

    private void Say(string text) => Console.WriteLine($"{_clock.Elapsed:hh\\:mm\\:ss} {text}");
}
