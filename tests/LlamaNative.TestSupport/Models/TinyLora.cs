using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.TestSupport;

/// <summary>LoRA adapters with random matrices, and their effect on a model, computed by hand.</summary>
public static class TinyLora
{
    private const string Embedding = "token_embd.weight";

    /// <summary>An adapter for these weights of a model.</summary>
    public static ModelFile Create(ModelFile model, int seed, int rank, float? alpha, params string[] weights)
    {
        var file = new ModelFile(seed);
        file.Metadata["general.type"] = GgufValue.Of("adapter");
        file.Metadata["general.architecture"] = model.Metadata["general.architecture"];
        file.Metadata["adapter.type"] = GgufValue.Of("lora");
        if (alpha is { } value)
        {
            file.Metadata["adapter.lora.alpha"] = GgufValue.Of(value);
        }

        foreach (string weight in weights)
        {
            // The embedding matrix is adapted row by row, so its factors are swapped.
            TensorShape shape = model.Tensors[weight].Shape;
            file.AddRandom(weight + ".lora_a", weight == Embedding ? new TensorShape(rank, shape[1]) : new TensorShape(shape[0], rank));
            file.AddRandom(weight + ".lora_b", weight == Embedding ? new TensorShape(rank, shape[0]) : new TensorShape(rank, shape[1]));
        }

        return file;
    }

    /// <summary>Adds the adapter's product to the weights: W[o, i] += scale · alpha/rank · Σᵣ B[o, r]·A[r, i].</summary>
    public static void MergeInto(this ModelFile lora, ModelFile model, float scale)
    {
        foreach ((string name, ModelTensor a) in lora.Tensors.Where(tensor => tensor.Key.EndsWith(".lora_a", StringComparison.Ordinal)))
        {
            string weight = name[..^".lora_a".Length];
            ModelTensor b = lora.Tensors[weight + ".lora_b"];
            float[] w = model.Tensors[weight].Values;
            int rank = (int)b.Shape[0];
            int inputs = (int)model.Tensors[weight].Shape[0];
            double alpha = lora.Metadata.TryGetValue("adapter.lora.alpha", out GgufValue? value) ? value.GetSingle() : 0;
            double factor = scale * (alpha == 0 ? 1 : alpha / rank);
            for (int i = 0; i < w.Length; i++)
            {
                (int output, int input) = (i / inputs, i % inputs);
                double sum = 0;
                for (int r = 0; r < rank; r++)
                {
                    sum += weight == Embedding
                        ? a.Values[(output * rank) + r] * (double)b.Values[(input * rank) + r]
                        : b.Values[(output * rank) + r] * (double)a.Values[(r * inputs) + input];
                }

                w[i] += (float)(factor * sum);
            }
        }
    }
}
