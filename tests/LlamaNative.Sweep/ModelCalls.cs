using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Planning;
using LlamaNative.TestSupport;

namespace LlamaNative.Sweep;

/// <summary>Calls on the model and its file.</summary>
internal static class ModelCalls
{
    public static void Properties(Subject subject)
    {
        LlamaModel model = subject.Model;
        Subject.Require(model.Architecture == subject.Row.Name, $"architecture {model.Architecture}");
        Subject.Require(model.Description.Length > 0 && model.ParameterCount > 0 && model.ByteCount > 0, "no description or size");
        ArchitectureKind kind = model.IsHybrid ? ArchitectureKind.Hybrid
            : model.IsRecurrent ? ArchitectureKind.Recurrent
            : model.IsDiffusion ? ArchitectureKind.Diffusion
            : model.IsEncoderDecoder ? ArchitectureKind.EncoderDecoder
            : model.GeneratesText ? ArchitectureKind.Decoder
            : subject.Row.Kind is ArchitectureKind.Speech or ArchitectureKind.CachedEncoder ? subject.Row.Kind
            : ArchitectureKind.Encoder;
        Subject.Require(kind == subject.Row.Kind, $"the properties say {kind}, the table {subject.Row.Kind}");
        Subject.Require(model.GeneratesText == ModelArchitecture.GeneratesText(model.Architecture), "two answers about text");
        Subject.Require(model.IsEncoderDecoder == model.DecoderStartToken is not null, "a start token without a decoder, or none");
        _ = model.GetChatTemplate();
        _ = model.Placement;
    }

    public static void Vocabulary(Subject subject)
    {
        Vocabulary vocabulary = subject.Model.Vocabulary;
        Subject.Require(vocabulary.Count == subject.Row.Vocabulary.Count, $"{vocabulary.Count} tokens");
        Subject.Require(subject.Prompt.Length > 2, "the prompt has no tokens");
        Subject.Require(
            vocabulary.Detokenize(subject.Prompt).Contains("the", StringComparison.Ordinal), "the prompt is not its tokens' text");
        for (int token = 0; token < Math.Min(vocabulary.Count, 512); token++)
        {
            _ = vocabulary.GetPiece(token, showSpecial: true);
            _ = vocabulary.GetAttributes(token);
        }
    }

    public static void VocabularyOnly(Subject subject)
    {
        using var model = LlamaModel.Load(subject.Path, new ModelOptions { VocabularyOnly = true });
        Subject.Require(model.Vocabulary.Tokenize("the cat the cat at").AsSpan().SequenceEqual(subject.Prompt), "other tokens");
        try
        {
            using var context = new LlamaContext(model);
        }
        catch (Contexts.ContextCreationException)
        {
            return;
        }

        throw new WrongAnswerException("a context without weights");
    }

    public static void Check(Subject subject)
    {
        using GgufFile file = GgufFile.Open(subject.Path);
        Subject.Require(file.Tensors.Count == subject.File.Tensors.Count, $"{file.Tensors.Count} tensors");
        using var model = LlamaModel.Load(subject.Path, new ModelOptions { CheckTensors = true, LoadMode = ModelLoadMode.Read });
    }

    public static void Estimate(Subject subject)
    {
        MemoryPlan plan = MemoryPlan.Estimate(subject.Path, new ModelOptions { GpuLayers = 0 }, new ContextOptions { ContextSize = 256 });
        Subject.Require(plan.NeededBytes >= subject.Model.ByteCount, $"{plan.NeededBytes} bytes for {subject.Model.ByteCount} of weights");
    }

    public static void Fit(Subject subject)
    {
        MemoryPlan plan = MemoryPlan.Fit(subject.Path, new ModelOptions { GpuLayers = 0 },
            new ContextOptions { BatchSize = 64, MicroBatchSize = 64 },
            new MemoryFitOptions { MinContextSize = 256, MaxContextSize = 512 });
        Subject.Require(plan.Fits, "a plan that does not fit");
    }

    /// <summary>
    /// The file without one tensor, for each of its tensors. llama.cpp's loader calls many of them optional; whether the graph can do
    /// without shows when a context is created and used.
    /// </summary>
    public static void WithoutATensor(Subject subject)
    {
        int refused = 0;
        foreach (string name in subject.File.Tensors.Keys.Where(IsTried))
        {
            Console.Error.WriteLine($"without {name}"); // the last line if the process ends
            ModelFile file = ArchitectureModel.Create(subject.Row);
            file.Tensors.Remove(name);
            string path = subject.NewPath();
            try
            {
                using var model = LlamaModel.Load(file.Save(path), new ModelOptions { GpuLayers = 0 });
                using var context = new LlamaContext(
                    model, new ContextOptions { ContextSize = 256, BatchSize = 64, MicroBatchSize = 64, Threads = 1 });
                subject.Evaluate(context, 0);
            }
            catch (ModelLoadException)
            {
                refused++;
            }

            File.Delete(path);
        }

        Subject.Require(refused > 0, "a file without a tensor that every model has");

        // The layers in the middle of a deep model repeat the first ones.
        bool IsTried(string name) => name.Split('.') is not ["blk", var layer, ..]
            || !int.TryParse(layer, out int index) || index < 4 || index == subject.Model.LayerCount - 1;
    }

    public static void Quantize(Subject subject)
    {
        string path = subject.NewPath();
        ModelQuantizer.Quantize(subject.Path, path, new ModelQuantizationOptions { FileType = ModelFileType.Q8_0, Threads = 1 });
        using var model = LlamaModel.Load(path, new ModelOptions { GpuLayers = 0 });
        var options = new ContextOptions { ContextSize = 256, BatchSize = 64, MicroBatchSize = 64, Threads = 1 };
        using var context = new LlamaContext(model, options);
        subject.Evaluate(context, 0);
    }

    public static void Adapter(Subject subject)
    {
        string? weight = subject.File.Tensors.FirstOrDefault(tensor => tensor.Key.EndsWith(".weight", StringComparison.Ordinal)
            && tensor.Key.Contains("blk.", StringComparison.Ordinal)
            && tensor.Value.Shape is var shape && shape.Rank == 2 && shape[1] > 4).Key;
        if (weight is null)
        {
            return; // the decoder of WavTokenizer has no layers with such a matrix
        }

        using LoraAdapter adapter = LoraAdapter.Load(subject.Model,
            TinyLora.Create(subject.File, seed: 3, rank: 2, alpha: 2, weight).Save(subject.NewPath()));
        using LlamaContext context = subject.NewContext();
        context.SetLoraAdapters(new ScaledLora(adapter));
        subject.Evaluate(context, 0);
        context.SetLoraAdapters();
    }

    public static void WrongAdapter(Subject subject)
    {
        ModelFile other = ModelFile.Llama();
        ModelFile lora = TinyLora.Create(other, seed: 3, rank: 2, alpha: 2, "blk.0.attn_q.weight");
        lora.Metadata["general.architecture"] = GgufValue.Of("another");
        using LoraAdapter adapter = LoraAdapter.Load(subject.Model, lora.Save(subject.NewPath()));
    }

    public static void ControlVector(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        if (subject.Model.LayerCount < 2)
        {
            return;
        }

        var direction = new float[subject.Model.EmbeddingLength];
        Array.Fill(direction, 0.1f);
        context.SetControlVector(new ControlVector(new Dictionary<int, float[]> { [1] = direction }));
        subject.Evaluate(context, 0);
        context.SetControlVector(null);
    }
}
