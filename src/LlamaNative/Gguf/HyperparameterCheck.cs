namespace LlamaNative.Gguf;

/// <summary>The numbers that describe a model's layers, where llama.cpp asserts instead of answering (load_hparams in llama-model.cpp).</summary>
internal static class HyperparameterCheck
{
    private const uint MaxLayers = 512;   // LLAMA_MAX_LAYERS
    private const uint MaxExperts = 1024; // LLAMA_MAX_EXPERTS

    private static readonly string[] RopeScalingTypes = ["none", "linear", "yarn", "longrope"];

    public static void Validate(GgufFile file)
    {
        string architecture = file.Metadata["general.architecture"].GetString();
        var numbers = new ArchitectureNumbers(file.Metadata, architecture);
        if (!file.Metadata.ContainsKey(numbers.KeyOf("block_count")))
        {
            return; // a vocabulary without a model; llama.cpp refuses to load more than that from it
        }

        uint layers = numbers.Get("block_count", 0);
        numbers.Require(layers is > 0 and <= MaxLayers, "block_count", $"is not 1 to {MaxLayers}");
        numbers.Require(numbers.Get("nextn_predict_layers", 0) <= layers, "nextn_predict_layers", $"exceeds the {layers} layers");
        ValidateExperts(numbers);
        ValidateEpsilons(numbers);
        if (numbers.Find("rope.scaling.type") is { } scaling && !RopeScalingTypes.Contains(scaling.GetString()))
        {
            throw scaling.Error($"rope scaling type '{scaling}' is not one of {string.Join(", ", RopeScalingTypes)}");
        }
    }

    private static void ValidateExperts(ArchitectureNumbers numbers)
    {
        uint experts = numbers.Get("expert_count", 0);
        uint used = numbers.GetAll("expert_used_count").DefaultIfEmpty().Max();
        uint groups = numbers.Get("expert_group_count", 0);
        uint groupsUsed = numbers.Get("expert_group_used_count", 0);
        numbers.Require(experts <= MaxExperts, "expert_count", $"exceeds {MaxExperts}");
        numbers.Require(used <= experts, "expert_used_count", $"exceeds the {experts} experts");
        numbers.Require(experts == 0 || used > 0, "expert_count", "has no expert in use (expert_used_count)");
        numbers.Require(groups == 0 || groups < experts, "expert_group_count", $"is not below the {experts} experts");
        numbers.Require(groups <= 1 || experts % groups == 0, "expert_group_count", $"does not divide the {experts} experts");
        numbers.Require(groups <= 1 || (groupsUsed > 0 && groupsUsed < groups), "expert_group_used_count", $"is not 1 to {(long)groups - 1}");
    }

    /// <summary>ggml asserts in the first decoding step that what is added under a square root is not negative (and NaN is not either).</summary>
    private static void ValidateEpsilons(ArchitectureNumbers numbers)
    {
        foreach (string name in new[] { "attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon", "attention.group_norm_epsilon" })
        {
            if (numbers.Find(name) is { } value && !(value.GetSingle() >= 0))
            {
                throw value.Error($"epsilon {value} is not 0 or more");
            }
        }
    }
}
