namespace LlamaNative.Gguf;

/// <summary>
/// Validates a model's hyperparameters where llama.cpp asserts instead of returning an error (load_hparams in llama-model.cpp).
/// </summary>
internal static class HyperparameterCheck
{
    public const uint MaxLayers = 512;   // LLAMA_MAX_LAYERS
    public const uint MaxExperts = 1024; // LLAMA_MAX_EXPERTS

    private static readonly string[] s_ropeScalingTypes = ["none", "linear", "yarn", "longrope"];

    /// <summary>Architectures for which llama.cpp asserts that every layer has experts.</summary>
    private static readonly string[] s_mixturesOnly = ["bailingmoe2", "grovemoe", "glm4moe", "llada-moe", "smallthinker"];

    /// <summary>Architectures whose output width differs from the embedding length.</summary>
    private static readonly string[] s_ownOutputWidth = ["wavtokenizer-dec", "gemma4-assistant", "deepseek4", "qwen4exp"];

    /// <summary>Architectures with the sparse attention of DeepSeek 3.2 (llama-kv-cache.cpp, attn_rot_k).</summary>
    private static readonly string[] s_indexed = ["deepseek32", "deepseek4", "glm-dsa", "dots3note"];

    /// <summary>
    /// Hyperparameters that llama.cpp divides by or asserts without validating the file: architecture, key, minimum value.
    /// </summary>
    private static readonly Minimum[] s_minimums =
    [
        new("grovemoe", "experts_per_group", 1),
        new("minimax-m3", "attention.indexer.block_size", 1),
        new("ernie4_5-moe", "interleave_moe_layer_step", 1),
        new("lfm2", "shortconv.l_cache", 2),
        new("lfm2moe", "shortconv.l_cache", 2),
        new("nanbeige", "num_loops", 1),
        new("dflash", "attention.sliding_window", 1),
    ];

    public static void Validate(GgufFile file)
    {
        string architecture = file.Metadata["general.architecture"].GetString();
        var numbers = new ArchitectureNumbers(file.Metadata, architecture);
        if (!file.Metadata.ContainsKey(numbers.KeyOf("block_count")))
        {
            return; // a vocabulary-only file; llama.cpp refuses to load weights from it
        }

        uint layers = numbers.Get("block_count", 0);
        numbers.Require(layers is > 0 and <= MaxLayers, "block_count", $"is not between 1 and {MaxLayers}");
        ValidateWidth(file, numbers);
        numbers.Require(numbers.Get("nextn_predict_layers", 0) <= layers, "nextn_predict_layers", $"exceeds the {layers} layers");
        ValidateExperts(numbers, architecture);
        ValidateEpsilons(numbers);
        ValidateArchitecture(numbers, architecture);
        ValidateRecurrence(numbers, architecture);
        ValidateIndexer(numbers, architecture);
        LayerTensorCheck.Validate(file, numbers, architecture);
        AttentionCheck.Validate(numbers, architecture);
        ValidateOutputs(file, numbers, architecture);
        if (numbers.Find("rope.scaling.type") is { } scaling && !s_ropeScalingTypes.Contains(scaling.GetString()))
        {
            throw scaling.Error($"rope scaling type '{scaling}' is not one of {string.Join(", ", s_ropeScalingTypes)}");
        }
    }

    /// <summary>The sizes of heads are derived from the embedding length, so a missing one would be reported as a wrong size.</summary>
    private static void ValidateWidth(GgufFile file, ArchitectureNumbers numbers)
    {
        uint width = file.Metadata[numbers.KeyOf("embedding_length")].GetUInt32();
        numbers.Require(width > 0, "embedding_length", "is not above 0");
        foreach (uint heads in numbers.GetAll("attention.head_count"))
        {
            numbers.Require(heads <= width || numbers.Find("attention.key_length") is not null, "attention.head_count",
                $"has more heads than the embedding length {width}");
        }
    }

    private static void ValidateExperts(ArchitectureNumbers numbers, string architecture)
    {
        uint experts = numbers.Get("expert_count", 0);
        uint used = 0;
        foreach (uint layer in numbers.GetAll("expert_used_count"))
        {
            used = Math.Max(used, layer);
        }

        uint groups = numbers.Get("expert_group_count", 0);
        uint groupsUsed = numbers.Get("expert_group_used_count", 0);
        numbers.Require(experts <= MaxExperts, "expert_count", $"exceeds {MaxExperts}");
        numbers.Require(used <= experts, "expert_used_count", $"exceeds the {experts} experts");
        numbers.Require(numbers.Get("expert_gating_func", 0) <= 4, "expert_gating_func", "is not one of 0 (none) to 4 (sqrt-softplus)");
        numbers.Require(experts > 0 || !s_mixturesOnly.Contains(architecture), "expert_count", "is 0 in a mixture of experts");
        numbers.Require(experts == 0 || used > 0, "expert_count", "is above 0, but expert_used_count is 0");
        numbers.Require(groups == 0 || groups < experts, "expert_group_count", $"is not below the {experts} experts");
        numbers.Require(groups <= 1 || experts % groups == 0, "expert_group_count", $"does not divide the {experts} experts");
        numbers.Require(groups <= 1 || (groupsUsed > 0 && groupsUsed < groups), "expert_group_used_count",
            $"is not between 1 and {(long)groups - 1}");
    }

    private static void ValidateArchitecture(ArchitectureNumbers numbers, string architecture)
    {
        foreach ((string owner, string name, uint minimum) in s_minimums)
        {
            if (owner == architecture)
            {
                numbers.Require(numbers.Get(name, minimum) >= minimum, name, $"is below {minimum}");
            }
        }

        // nanbeige runs its layers num_loops times, and llama.cpp's limit applies to the product.
        ulong loops = architecture == "nanbeige" ? numbers.Get("num_loops", 1) : 1;
        numbers.Require(loops * numbers.Get("block_count", 1) <= MaxLayers, "num_loops", $"multiplied by the layers exceeds {MaxLayers}");
    }

    /// <summary>
    /// RWKV's graphs assert how many token shifts a layer has, and divide by the head size. The CPU's kernel of RWKV 7 computes 64 elements
    /// of a head at once with AVX-512, whatever its size, and writes beyond a smaller one (ggml_compute_forward_rwkv_wkv7_f32).
    /// </summary>
    private static void ValidateRecurrence(ArchitectureNumbers numbers, string architecture)
    {
        uint shifts = architecture switch { "rwkv6" or "rwkv7" => 2, "rwkv6qwen2" or "arwkv7" => 1, _ => 0 };
        if (shifts == 0)
        {
            return;
        }

        numbers.Require(numbers.Get("token_shift_count", 2) == shifts, "token_shift_count", $"is not {shifts}");
        uint size = numbers.Get("wkv.head_size", 0);
        uint width = numbers.Get("embedding_length", 0);
        numbers.Require(size > 0 && width % size == 0, "wkv.head_size", $"does not divide the embedding length {width}");
        numbers.Require(architecture is not ("rwkv7" or "arwkv7") || size % 64 == 0, "wkv.head_size", "is not a multiple of 64");
    }

    /// <summary>Keys of sparse attention are rotated by a Hadamard matrix of at least 64 rows, and partly by their position.</summary>
    private static void ValidateIndexer(ArchitectureNumbers numbers, string architecture)
    {
        if (s_indexed.Contains(architecture) && numbers.Find("attention.indexer.key_length") is not null)
        {
            uint length = numbers.Get("attention.indexer.key_length", 0);
            numbers.Require(length > 0 && length % 64 == 0, "attention.indexer.key_length", "is not a multiple of 64");
            numbers.Require(numbers.Get("rope.dimension_count", 0) <= length, "rope.dimension_count",
                $"exceeds the indexer's key length {length}");
        }
    }

    /// <summary>llama.cpp copies embeddings with the declared width, which must not exceed the width of the graph's result.</summary>
    private static void ValidateOutputs(GgufFile file, ArchitectureNumbers numbers, string architecture)
    {
        numbers.Require(numbers.Get("pooling_type", 0) <= 4, "pooling_type", "is not one of 0 (none) to 4 (rank)");
        uint width = numbers.Get("embedding_length", 0);
        bool projected = s_ownOutputWidth.Contains(architecture) || file.Tensors.TryGet("dense_2.weight", out _);
        numbers.Require(projected || numbers.Get("embedding_length_out", 0) <= width, "embedding_length_out",
            $"exceeds the embedding length {width}");
        numbers.Require(architecture != "t5" || numbers.Get("embedding_length_out", width) == width, "embedding_length_out",
            $"differs from the embedding length {width}, which llama.cpp copies from encoder to decoder");
        int labels = numbers.Find("classifier.output_labels")?.Count ?? 0;
        numbers.Require(labels <= width || file.Tensors.TryGet("cls.output.weight", out _), "classifier.output_labels",
            $"has more entries than the embedding length {width}");
    }

    /// <summary>Rejects negative and NaN epsilons, on which ggml's normalization asserts during decoding.</summary>
    private static void ValidateEpsilons(ArchitectureNumbers numbers)
    {
        foreach (string name in new[] { "attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon",
            "attention.group_norm_epsilon" })
        {
            if (numbers.Find(name) is { } value && !(value.GetSingle() >= 0))
            {
                throw value.Error($"epsilon {value} must be 0 or more");
            }
        }
    }

    private sealed record Minimum(string Architecture, string Name, uint Value);
}
