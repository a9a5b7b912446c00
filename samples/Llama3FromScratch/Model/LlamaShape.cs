using LlamaNative.Compute;
using LlamaNative.Gguf;

namespace Llama3FromScratch.Model;

/// <summary>The hyperparameters of a LLaMA, from its file's metadata.</summary>
internal sealed record LlamaShape
{
    /// <summary>The length of the row that represents one token.</summary>
    public required int Width { get; init; }

    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads, each shared by <c>Heads / KeyHeads</c> query heads.</summary>
    public required int KeyHeads { get; init; }

    public required int HeadWidth { get; init; }

    /// <summary>The context size the model was trained with.</summary>
    public required int ContextLength { get; init; }

    public required float Epsilon { get; init; }

    /// <summary>The factor applied to attention scores: 1 / √HeadWidth.</summary>
    public required float ScoreScale { get; init; }

    public required RopeParameters Rope { get; init; }

    public int KeyWidth => KeyHeads * HeadWidth;

    /// <summary>Reads the metadata.</summary>
    /// <exception cref="ArgumentException">The file is not a LLaMA, or has experts, which this sample does not support.</exception>
    public static LlamaShape Read(IReadOnlyDictionary<string, GgufValue> metadata)
    {
        string architecture = metadata["general.architecture"].GetString();
        if (architecture != "llama" || Integer("expert_count", 0) > 0)
        {
            throw new ArgumentException(
                $"This sample supports only LLaMA models without experts; the file's architecture is '{architecture}' with "
                + $"{Integer("expert_count", 0)} experts.");
        }

        int width = Integer("embedding_length");
        int heads = Integer("attention.head_count");
        int headWidth = Integer("attention.key_length", heads > 0 ? width / heads : 0);
        int keyHeads = Integer("attention.head_count_kv", heads);
        if (width < 1 || headWidth < 2 || keyHeads < 1 || heads % keyHeads != 0
            || Integer("attention.value_length", headWidth) != headWidth)
        {
            throw new ArgumentException(
                $"The file's {heads} heads of {headWidth} over {keyHeads} key heads in rows of {width} are not a LLaMA.");
        }

        float scale = Number("attention.scale", 0);
        return new LlamaShape
        {
            Width = width,
            Layers = Integer("block_count"),
            Heads = heads,
            KeyHeads = keyHeads,
            HeadWidth = headWidth,
            ContextLength = Integer("context_length"),
            Epsilon = Number("attention.layer_norm_rms_epsilon", 1e-5f),
            ScoreScale = scale == 0 ? 1 / MathF.Sqrt(headWidth) : scale,
            Rope = ReadRope(headWidth),
        };

        RopeParameters ReadRope(int headWidth)
        {
            string scaling = metadata.TryGetValue("llama.rope.scaling.type", out GgufValue? type) ? type.GetString() : "none";
            float factor = scaling == "none" ? 0 : Number("rope.scaling.factor", 0);
            return new RopeParameters
            {
                DimensionCount = Integer("rope.dimension_count", headWidth),
                FrequencyBase = Number("rope.freq_base", 10000),
                FrequencyScale = factor == 0 ? 1 : 1 / factor,
                ExtrapolationFactor = scaling == "yarn" ? 1 : 0,
                AttentionFactor = Number("rope.scaling.attn_factor", 1),
                OriginalContextLength = Integer("rope.scaling.original_context_length", Integer("context_length")),
            };
        }

        int Integer(string key, int? absent = null) =>
            metadata.TryGetValue("llama." + key, out GgufValue? value) ? checked((int)value.GetInteger())
            : absent ?? throw new ArgumentException($"The file's metadata lacks llama.{key}.");

        float Number(string key, float absent) => metadata.TryGetValue("llama." + key, out GgufValue? value) ? value.GetSingle() : absent;
    }
}
