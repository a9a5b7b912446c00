namespace LlamaNative.Gguf;

/// <summary>
/// Validates head counts and head sizes, which the compute graphs of llama.cpp (src/models/*.cpp) and ggml's attention and rotary embedding
/// assert when a context is created. The architecture lists match llama.cpp v0.4.0.
/// </summary>
internal static class AttentionCheck
{
    /// <summary>Architectures whose graphs begin with GGML_ASSERT(n_embd_head_v == n_embd_head_k).</summary>
    private static readonly HashSet<string> s_equalKeysAndValues = Names("""
        afmoe apertus arcee arctic baichuan bailingmoe2 bert bitnet bloom chameleon chatglm codeshell cogvlm cohere2 cohere2moe
        command-r dbrx deci deepseek dflash dots1 dream eagle3 ernie4_5 ernie4_5-moe eurobert exaone exaone-moe exaone4 falcon
        glm4 glm4moe gpt2 gptneox granite granite_swa granitehybrid granitemoe graniteswitch grok grovemoe hunyuan-dense
        hunyuan-moe hunyuan_vl hy_v3 internlm2 jais jais2 jina-bert-v2 jina-bert-v3 laguna llada llada-moe llama llama-embed
        llama4 maincoder mellum minicpm minimax-01 minimax-m2 minimax-m3 mistral3 modern-bert mpt muse-glimmer nanbeige
        nemotron nemotron_h nemotron_h_moe neo-bert nomic-bert nomic-bert-moe olmo olmo2 olmoe openelm orion paddleocr
        pangu-embedded phi2 phi3 phimoe plamo pockettts qwen qwen2 qwen2moe qwen2vl qwen3 qwen35 qwen35moe qwen3moe qwen3next
        qwen3tts qwen3vl qwen3vlmoe qwen4exp refact rnd1 seed_oss smallthinker smollm3 stablelm starcoder starcoder2 t5
        t5encoder talkie xverse
        """);

    /// <summary>Architectures whose graphs also assert n_embd_head == n_rot.</summary>
    private static readonly HashSet<string> s_fullRotation = Names("""
        apertus arcee arctic baichuan chameleon codeshell cogvlm cohere2moe dbrx deci deepseek dots1 dream ernie4_5
        ernie4_5-moe exaone exaone-moe exaone4 falcon granite granite_swa granitemoe graniteswitch grok grovemoe
        hunyuan-dense hunyuan-moe hunyuan_vl hy_v3 internlm2 jais2 llada llada-moe llama llama-embed llama4 maincoder mellum
        minicpm mistral3 olmo olmo2 olmoe orion paddleocr pangu-embedded plamo pockettts qwen2 qwen2moe qwen2vl qwen3 qwen3moe
        qwen3tts qwen3vl qwen3vlmoe rnd1 seed_oss smallthinker smollm3 starcoder2 talkie xverse
        """);

    /// <summary>Architectures with multi-component positions, divided by rope.dimension_sections.</summary>
    private static readonly HashSet<string> s_sections = Names("qwen2vl paddleocr qwen3vl qwen3vlmoe qwen35 qwen35moe qwen4exp qwen3tts");

    public static void Validate(ArchitectureNumbers numbers, string architecture)
    {
        ReadOnlySpan<uint> heads = numbers.GetAll("attention.head_count");
        ValidateGroups(numbers, heads);
        if (s_sections.Contains(architecture))
        {
            ValidateSections(numbers);
        }

        if (heads is not [> 0 and uint first, ..])
        {
            return; // recurrent layers have no heads, and no sizes are derived from them
        }

        uint size = numbers.Get("embedding_length", 0) / first;
        uint keys = numbers.Get("attention.key_length", size);
        uint values = numbers.Get("attention.value_length", size);
        uint rotated = numbers.Get("rope.dimension_count", keys);
        if (s_equalKeysAndValues.Contains(architecture))
        {
            numbers.Require(keys == values, "attention.value_length", $"differs from the key length {keys}");
            uint windowed = numbers.Get("attention.key_length_swa", keys);
            numbers.Require(windowed == numbers.Get("attention.value_length_swa", values), "attention.value_length_swa",
                $"differs from the key length {windowed}");
        }

        numbers.Require(architecture != "plm" || rotated < keys, "rope.dimension_count", $"is not below the key length {keys}");
        if (s_fullRotation.Contains(architecture))
        {
            numbers.Require(rotated == keys, "rope.dimension_count", $"differs from the key length {keys}");
            numbers.Require(rotated % 2 == 0, "rope.dimension_count", $"is odd ({rotated})");
        }
        else if (numbers.Find("rope.dimension_count") is not null)
        {
            numbers.Require(rotated % 2 == 0 && rotated <= keys, "rope.dimension_count", $"is odd or exceeds the key length {keys}");
        }
    }

    /// <summary>Requires the number of query heads to be a multiple of the number of key-value heads.</summary>
    private static void ValidateGroups(ArchitectureNumbers numbers, ReadOnlySpan<uint> heads)
    {
        ReadOnlySpan<uint> keyHeads = numbers.GetAll("attention.head_count_kv");
        for (int layer = 0; layer < Math.Max(heads.Length, keyHeads.Length) && heads.Length != 0 && keyHeads.Length != 0; layer++)
        {
            uint queries = heads[heads.Length == 1 ? 0 : Math.Min(layer, heads.Length - 1)];
            uint keys = keyHeads[keyHeads.Length == 1 ? 0 : Math.Min(layer, keyHeads.Length - 1)];
            if (keys != 0 && queries % keys != 0)
            {
                throw numbers.Find("attention.head_count_kv")!.Error(
                    $"{queries} query heads of layer {layer} are not a multiple of its {keys} key heads");
            }
        }
    }

    private static void ValidateSections(ArchitectureNumbers numbers)
    {
        int[] sections = Array.ConvertAll(numbers.GetAll("rope.dimension_sections").ToArray(), number => unchecked((int)number));
        bool valid = sections.Length != 0 && sections.All(count => count is >= 0 and <= 1 << 20)
            && sections.Take(3).Any(count => count > 0);
        numbers.Require(valid, "rope.dimension_sections", "must have no negative section and at least one above 0 in the first three");
    }

    private static HashSet<string> Names(string names) => [.. names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
}
