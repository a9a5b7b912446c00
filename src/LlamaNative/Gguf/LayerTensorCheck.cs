namespace LlamaNative.Gguf;

/// <summary>
/// Rejects a file without a tensor that llama.cpp's loader treats as optional, but the architecture's compute graph uses without a test
/// for null. The lists match llama.cpp v0.4.0 (src/models/*.cpp).
/// </summary>
internal static class LayerTensorCheck
{
    private static readonly Rule[] s_rules =
    [
        new("phi3 pockettts", "attn_norm.weight", ["attn_qkv.weight"], ["attn_q.weight", "attn_k.weight", "attn_v.weight"]),
        new("falcon-h1 granitehybrid nemotron_h nemotron_h_moe", "ssm_conv1d.weight", ["ssm_conv1d.bias"]),
        new("qwen3next", "ssm_conv1d.weight", ["attn_qkv.weight", "attn_gate.weight"], ["ssm_in.weight"]),
        new("qwen35 qwen35moe", "ssm_conv1d.weight", ["attn_qkv.weight", "attn_gate.weight"]),
        new("rwkv6", "attn_norm.weight", ["time_mix_lerp_fused.weight"],
            ["time_mix_lerp_w.weight", "time_mix_lerp_k.weight", "time_mix_lerp_v.weight", "time_mix_lerp_r.weight",
                "time_mix_lerp_g.weight"]),
    ];

    private static readonly string[] s_indexer =
        ["indexer.attn_q_b.weight", "indexer.attn_k.weight", "indexer.k_norm.weight", "indexer.k_norm.bias", "indexer.proj.weight"];

    public static void Validate(GgufFile file, ArchitectureNumbers numbers, string architecture)
    {
        uint layers = numbers.Get("block_count", 0) - numbers.Get("nextn_predict_layers", 0);
        foreach (Rule rule in s_rules.Where(rule => rule.Architectures.Contains(architecture)))
        {
            for (uint layer = 0; layer < layers; layer++)
            {
                if (Has(file, layer, rule.Given))
                {
                    Require(file, layer, rule.Alternatives);
                }
            }
        }

        ValidateRelativePositions(file, architecture);
        if (architecture is "rwkv7" or "arwkv7")
        {
            ValidateGates(file, layers);
        }

        if (architecture == "glm-dsa")
        {
            ValidateIndexers(file, numbers, layers);
        }
    }

    /// <summary>T5's first layers have the table of relative positions, which the others share.</summary>
    private static void ValidateRelativePositions(GgufFile file, string architecture)
    {
        string[] required = architecture switch
        {
            "t5" => ["enc.blk.0.attn_rel_b.weight", "dec.blk.0.attn_rel_b.weight"],
            "t5encoder" => ["enc.blk.0.attn_rel_b.weight"],
            _ => [],
        };
        if (file.Tensors.Count != 0 && required.FirstOrDefault(name => !file.Tensors.TryGet(name, out _)) is { } missing)
        {
            throw Missing(file, missing);
        }
    }

    /// <summary>RWKV 7 mixes six inputs if a layer has a gate, otherwise five, and its weights for them must be as many.</summary>
    private static void ValidateGates(GgufFile file, uint layers)
    {
        for (uint layer = 0; layer < layers; layer++)
        {
            bool gated = Has(file, layer, "time_mix_g1.weight") && Has(file, layer, "time_mix_g2.weight");
            if (file.Tensors.TryGet($"blk.{layer}.time_mix_lerp_fused.weight", out GgufTensorInfo? mix)
                && mix.Shape.Rank == 4 && mix.Shape[3] == (gated ? 5 : 6))
            {
                throw new GgufFormatException(
                    $"{mix} does not suit a layer {(gated ? "with" : "without")} a gate", mix.Name, mix.Offset,
                    file.Paths.ElementAtOrDefault(mix.Part));
            }
        }
    }

    /// <summary>
    /// A layer of GLM-DSA has an indexer or uses an earlier layer's (attention.indexer.types). Without that key, all have one in the
    /// versions with a context of less than 2^20 tokens; of the others, the layers are known, and the first two are among them.
    /// </summary>
    private static void ValidateIndexers(GgufFile file, ArchitectureNumbers numbers, uint layers)
    {
        ReadOnlySpan<uint> types = numbers.GetAll("attention.indexer.types");
        uint known = types.Length == 0 && numbers.Get("context_length", 0) >= 1 << 20 ? Math.Min(layers, 2) : layers;
        for (uint layer = 0; layer < known; layer++)
        {
            uint full = types.Length switch { 0 => 1, 1 => types[0], _ => layer < types.Length ? types[(int)layer] : 1 };
            if (full != 0 && Has(file, layer, "attn_q_a.weight"))
            {
                Require(file, layer, [s_indexer]);
            }
        }
    }

    /// <summary>The alternative that the layer has begun must be complete, because llama.cpp's graph tests one tensor.</summary>
    private static void Require(GgufFile file, uint layer, string[][] alternatives)
    {
        string[] used = alternatives.FirstOrDefault(names => Has(file, layer, names[0])) ?? alternatives[0];
        if (used.FirstOrDefault(name => !Has(file, layer, name)) is { } missing)
        {
            throw Missing(file, $"blk.{layer}.{missing}");
        }
    }

    private static bool Has(GgufFile file, uint layer, string name) => file.Tensors.TryGet($"blk.{layer}.{name}", out _);

    private static GgufFormatException Missing(GgufFile file, string name) =>
        new($"the tensor '{name}' is missing, which models of this architecture need", name, null, file.Paths.ElementAtOrDefault(0));

    /// <summary>A layer with the given tensor needs all tensors of one of the alternatives.</summary>
    private sealed class Rule(string architectures, string given, params string[][] alternatives)
    {
        public string[] Architectures { get; } = architectures.Split(' ');

        public string Given { get; } = given;

        public string[][] Alternatives { get; } = alternatives;
    }
}
