using LlamaNative;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;
using TrainTinyChat.Corpus;
using TrainTinyChat.FineTuning;
using TrainTinyChat.Model;
using TrainTinyChat.Training;

namespace TrainTinyChat.Tests;

public sealed class FineTuningTests
{
    [Fact]
    public void A_text_is_learned_and_the_file_keeps_its_metadata()
    {
        using var folder = new TemporaryFolder();
        string model = MakeModel(folder);
        File.WriteAllText(folder["text.txt"], string.Concat(Enumerable.Repeat("The llama of the hill eats grass and sleeps. ", 80)));
        var run = new FineTuningRun(new TrainingCommandLine
        {
            From = model,
            Data = folder["text.txt"],
            Out = folder["tuned.gguf"],
            Steps = 40,
            Window = 64,
            LearningRate = 3e-3f,
        });
        Assert.Equal(0, run.Run(CancellationToken.None));
        Assert.True(run.HeldOut.Min(point => point.Loss) < run.HeldOut[0].Loss - 1,
            $"from {run.HeldOut[0].Loss} to {run.HeldOut.Min(point => point.Loss)}");

        using GgufFile before = GgufFile.Open(model), after = GgufFile.Open(folder["tuned.gguf"]);
        Assert.Equal(before.Metadata.Keys, after.Metadata.Keys);
        Assert.Equal(before.Tensors.Select(tensor => (tensor.Name, tensor.Shape)),
            after.Tensors.Select(tensor => (tensor.Name, tensor.Shape)));
        using LlamaModel loaded = LlamaModel.Load(folder["tuned.gguf"]);
        Assert.Equal(1, loaded.LayerCount);
        Assert.True(File.Exists(folder["tuned.html"]));
    }

    /// <summary>
    /// With a far too high rate the held-out loss rises from the start: the run must end early and keep the initial weights.
    /// </summary>
    [Fact]
    public void It_ends_early_when_what_is_held_out_gets_worse_and_keeps_the_best_weights()
    {
        using var folder = new TemporaryFolder();
        string model = MakeModel(folder, steps: 60);
        var random = new Dice(1, 1);
        File.WriteAllText(folder["noise.txt"], string.Concat(Enumerable.Range(0, 3000).Select(_ => (char)('a' + random.Next(26)))));
        var run = new FineTuningRun(new TrainingCommandLine
        {
            From = model,
            Data = folder["noise.txt"],
            Out = folder["tuned.gguf"],
            Steps = 400,
            Window = 32,
            LearningRate = 0.2f,
        });
        run.Run(CancellationToken.None);
        Assert.True(run.Steps < 400, $"{run.Steps} steps");
        using GgufFile written = GgufFile.Open(folder["tuned.gguf"]);
        using GgufFile begun = GgufFile.Open(model);
        if (run.HeldOut.MinBy(point => point.Loss).Step == 0)
        {
            using GgufTensorView a = written.Tensors["output_norm.weight"].Open(), b = begun.Tensors["output_norm.weight"].Open();
            Assert.True(a.Bytes.SequenceEqual(b.Bytes));
        }
    }

    /// <summary>A rate at which the weights diverge must not destroy the model.</summary>
    [Fact]
    public void Weights_that_fly_apart_are_not_what_is_written()
    {
        using var folder = new TemporaryFolder();
        string model = MakeModel(folder);
        File.WriteAllText(folder["text.txt"], string.Concat(Enumerable.Repeat("The llama eats. ", 200)));
        var run = new FineTuningRun(new TrainingCommandLine
        {
            From = model,
            Data = folder["text.txt"],
            Out = folder["tuned.gguf"],
            Steps = 60,
            Window = 32,
            LearningRate = 1e30f,
        });
        Assert.Equal(0, run.Run(CancellationToken.None));
        using GgufFile written = GgufFile.Open(folder["tuned.gguf"]);
        foreach (GgufTensorInfo tensor in written.Tensors)
        {
            using GgufTensorView view = tensor.Open();
            foreach (float value in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(view.Bytes))
            {
                Assert.True(float.IsFinite(value), tensor.Name);
            }
        }
    }

    [Fact]
    public void An_estimate_for_absurd_sizes_does_not_wrap_around() =>
        Assert.Equal(long.MaxValue,
            MemoryEstimate.Bytes(new ModelShape { Width = 1 << 20, Heads = 1 << 19, KeyHeads = 1 << 19, Layers = 1000 }, int.MaxValue, 4));

    [Fact]
    public void Of_chats_only_the_answers_are_learned()
    {
        using var folder = new TemporaryFolder();
        using LlamaModel model = LlamaModel.Load(MakeModel(folder), new ModelOptions { VocabularyOnly = true });
        string[] chats = [.. Enumerable.Range(0,
            4).Select(i => $$"""{"messages": [{"role": "user", "content": "Hi {{i}}"}, {"role": "assistant", "content": "Yes {{i}}"}]}""")];
        File.WriteAllLines(folder["chats.jsonl"], [.. chats, ""]);
        IReadOnlyList<TokenizedDocument> documents = TrainingData.Read(folder["chats.jsonl"], model, 256);
        Assert.Equal(4, documents.Count);
        int[] answer = [.. documents[2].Tokens.Where((_, i) => documents[2].Learned[i])];
        Assert.Equal("Yes 2<|im_end|>\n", model.Vocabulary.Detokenize(answer, showSpecial: true));
        Assert.Equal("<|im_start|>user\nHi 2<|im_end|>\n<|im_start|>assistant\nYes 2<|im_end|>\n",
            model.Vocabulary.Detokenize(documents[2].Tokens, showSpecial: true));
    }

    [Theory]
    [InlineData("{\"messages\": 5}")]
    [InlineData("not json")]
    [InlineData("{\"messages\": [{\"role\": \"user\", \"content\": \"no answer\"}]}")]
    public void A_line_that_is_no_chat_is_named(string line)
    {
        using var folder = new TemporaryFolder();
        using LlamaModel model = LlamaModel.Load(MakeModel(folder), new ModelOptions { VocabularyOnly = true });
        File.WriteAllLines(folder["chats.jsonl"], ["""{"messages": [{"role": "assistant", "content": "fine"}]}""", line]);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => TrainingData.Read(folder["chats.jsonl"], model, 256));
        Assert.Contains("line 2", error.Message);
    }

    /// <summary>A sparse file with 7 billion parameters is rejected before anything is allocated.</summary>
    [Fact]
    public void A_model_too_large_for_the_memory_is_refused_with_the_estimate()
    {
        using var folder = new TemporaryFolder();
        WriteEmpty(folder["large.gguf"], new ModelShape
        {
            Width = 4096,
            Layers = 32,
            Heads = 32,
            KeyHeads = 32,
            FeedForward = 11008,
            Vocabulary = 32000,
            Context = 4096,
            TiedOutput = false
        }, GgmlType.F16);
        File.WriteAllText(folder["text.txt"], "text");
        var run = new FineTuningRun(new TrainingCommandLine { From = folder["large.gguf"], Data = folder["text.txt"], MemoryGib = 16 });
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => run.Run(CancellationToken.None));
        Assert.Contains("6738.4 million parameters", error.Message); // LLaMA 2 7B's own number
        Assert.Contains("16.0 GiB", error.Message);
    }

    /// <summary>The estimate must never be below the actual memory use.</summary>
    [Fact]
    public void The_estimate_is_above_what_a_run_takes_and_not_far()
    {
        using var backend = LlamaNative.Compute.Backend.CreateCpu();
        foreach (ModelShape shape in new[] { new ModelShape(),
            new ModelShape { Width = 64, Layers = 2, Heads = 2, KeyHeads = 2, FeedForward = 512, Context = 64 } })
        {
            using var weights = new TrainTinyChat.Graph.ModelParameters(shape, backend);
            using var inputs = new TrainTinyChat.Graph.BatchInputs(shape.Context, 4, backend);
            using var graph = new TrainTinyChat.Graph.TrainingGraph(weights, inputs, backend);
            long taken = graph.WorkBytes + (ParameterList.Count(shape) * 3 * sizeof(float));
            Assert.InRange(MemoryEstimate.Bytes(shape, shape.Context, 4), taken, 3 * taken);
        }
    }

    [Fact]
    public void Quantized_foreign_and_incomplete_models_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var shape = new ModelShape { Width = 32, Layers = 1, Heads = 2, KeyHeads = 1, FeedForward = 32, Vocabulary = 300 };
        WriteEmpty(folder["q.gguf"], shape, GgmlType.Q8_0);
        Assert.Contains("quantized", Assert.Throws<InvalidDataException>(() => new SourceModel(folder["q.gguf"])).Message);
        WriteEmpty(folder["qwen.gguf"], shape, GgmlType.F32, architecture: "qwen2");
        Assert.Contains("qwen2", Assert.Throws<InvalidDataException>(() => new SourceModel(folder["qwen.gguf"])).Message);
        WriteEmpty(folder["bias.gguf"], shape, GgmlType.F32, extra: "blk.0.attn_q.bias");
        Assert.Contains("blk.0.attn_q.bias", Assert.Throws<InvalidDataException>(() => new SourceModel(folder["bias.gguf"])).Message);
        WriteEmpty(folder["heads.gguf"], shape with { Heads = 3, KeyHeads = 2 }, GgmlType.F32, declaredOnly: true);
        Assert.Contains("heads", Assert.Throws<InvalidDataException>(() => new SourceModel(folder["heads.gguf"])).Message);
        WriteEmpty(folder["layers.gguf"], shape with { Layers = 1_000_000 }, GgmlType.F32, declaredOnly: true);
        Assert.Contains("1000000 layers", Assert.Throws<InvalidDataException>(() => new SourceModel(folder["layers.gguf"])).Message);
    }

    private static string MakeModel(TemporaryFolder folder, int steps = 1)
    {
        using var run = new TinyRun(steps);
        run.Trainer.Run(CancellationToken.None);
        return run.Export(folder["model.gguf"]);
    }

    private static void WriteEmpty(string path, ModelShape shape, GgmlType type, string architecture = "llama",
        string? extra = null, bool declaredOnly = false)
    {
        using GgufWriter writer = GgufWriter.Create(path);
        foreach ((string key, GgufValue value) in GgufExport.Metadata(shape, new TrainTinyChat.Tokenizer.BytePairTokenizer([]), "empty"))
        {
            writer.AddMetadata(key, key == "general.architecture" ? GgufValue.Of(architecture) : value);
        }

        IEnumerable<Parameter> parameters = declaredOnly
            ? [new Parameter("token_embd.weight", new(shape.Width, 8))]
            : ParameterList.Of(shape);
        var sizes = new List<long>();
        foreach (Parameter parameter in parameters.Concat(extra is null ? [] : [new Parameter(extra, new(shape.Width))]))
        {
            GgmlType ggml = parameter.IsNorm ? GgmlType.F32 : type;
            writer.AddTensor(parameter.Name, ggml, parameter.Shape);
            sizes.Add(TensorLayout.Contiguous(ggml, parameter.Shape).ByteCount);
        }

        sizes.ForEach(writer.WriteZeros);
        writer.Complete();
    }
}
