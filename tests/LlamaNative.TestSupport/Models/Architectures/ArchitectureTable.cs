using Kind = LlamaNative.TestSupport.ArchitectureKind;

namespace LlamaNative.TestSupport;

/// <summary>
/// Every architecture of llama.cpp v0.4.0 (LLM_ARCH_NAMES in src/llama-arch.cpp): what it is and the hyperparameters of a tiny model
/// of it, where they differ from <see cref="ArchitectureDefaults"/>. They follow the constraints of llama.cpp's own
/// tests/test-llama-archs.cpp. The tensors are recorded from llama.cpp; see <see cref="ArchitectureModel"/>.
/// </summary>
public static class ArchitectureTable
{
    private const string DeltaNet = "blk.0.attn_qkv.weight f32 64 192; blk.0.attn_gate.weight f32 64 64";

    private static readonly TinyVocabulary s_wordPiece = TinyVocabulary.WordPiece();
    private static readonly TinyVocabulary s_unigram = TinyVocabulary.Unigram();
    private static readonly TinyVocabulary s_rwkv = TinyVocabulary.Rwkv();

    public static IReadOnlyList<ArchitectureRow> Rows { get; } =
    [
        new("llama", Kind.Decoder),
        new("llama4", Kind.Decoder, "block_count=4") { Experts = true },
        new("deci", Kind.Decoder),
        new("falcon", Kind.Decoder),
        new("grok", Kind.Decoder) { Experts = true },
        new("gpt2", Kind.Decoder),
        new("gptneox", Kind.Decoder),
        new("mpt", Kind.Decoder),
        new("baichuan", Kind.Decoder),
        new("starcoder", Kind.Decoder),
        new("refact", Kind.Decoder),
        new("bert", Kind.Encoder, "attention.causal=false") { Vocabulary = s_wordPiece },
        new("modern-bert", Kind.Encoder, "attention.causal=false") { Vocabulary = s_wordPiece },
        new("nomic-bert", Kind.Encoder, "attention.causal=false") { Vocabulary = s_wordPiece },
        new("nomic-bert-moe", Kind.Encoder, "attention.causal=false") { Experts = true, Vocabulary = s_wordPiece },
        new("neo-bert", Kind.Encoder, "attention.causal=false") { Vocabulary = s_wordPiece },
        new("jina-bert-v2", Kind.Encoder, "attention.causal=false") { Vocabulary = s_wordPiece },
        new("jina-bert-v3", Kind.Encoder, "attention.causal=false") { Vocabulary = s_wordPiece },
        new("eurobert", Kind.Encoder, "attention.causal=false") { Vocabulary = s_wordPiece },
        new("bloom", Kind.Decoder),
        new("stablelm", Kind.Decoder),
        new("qwen", Kind.Decoder),
        new("qwen2", Kind.Decoder),
        new("qwen2moe", Kind.Decoder) { Experts = true },
        new("qwen2vl", Kind.Decoder),
        new("qwen3", Kind.Decoder,
            "attention.head_count=4; attention.head_count_kv=1; attention.key_length=16; attention.value_length=16"),
        new("qwen3moe", Kind.Decoder) { Experts = true },
        new("qwen3next", Kind.Hybrid, "ssm.inner_size=64; ssm.state_size=32") { Experts = true, Tensors = DeltaNet },
        new("qwen3vl", Kind.Decoder),
        new("qwen3vlmoe", Kind.Decoder) { Experts = true },
        new("qwen35", Kind.Hybrid, "ssm.inner_size=64; ssm.state_size=32") { Tensors = DeltaNet },
        new("qwen35moe", Kind.Hybrid, "ssm.inner_size=64; ssm.state_size=32") { Experts = true, Tensors = DeltaNet },
        new("qwen4exp", Kind.Hybrid,
            "ssm.inner_size=64; ssm.state_size=32; hyper_connection.count=4; hyper_connection.low_rank=8; " +
            "attention.compress_ratios=[4,4]; ple.layers=[0]; ple.ngram_size=3; ple.heads_per_ngram=2; " +
            "ple.conv_kernel=4; ple.eos_token_id=0; embedding_length_per_layer_input=16; " +
            "ple.layer_multipliers=[1L,3L,5L]; ple.head_offsets=[0L,300L,600L,900L]; " +
            "ple.head_vocab_sizes=[300L,300L,300L,300L]; attention.indexer.key_length=32") { Experts = true },
        new("phi2", Kind.Decoder),
        new("phi3", Kind.Decoder) { Tensors = "blk.*.attn_qkv.weight f32 64 192" },
        new("phimoe", Kind.Decoder) { Experts = true },
        new("plamo", Kind.Decoder),
        new("plamo2", Kind.Hybrid, "attention.head_count=[2,0]; attention.head_count_kv=[2,0]; ssm.group_count=0"),
        new("plamo3", Kind.Decoder),
        new("codeshell", Kind.Decoder),
        new("orion", Kind.Decoder),
        new("internlm2", Kind.Decoder),
        new("minicpm", Kind.Decoder),
        new("minicpm3", Kind.Decoder),
        new("gemma", Kind.Decoder),
        new("gemma2", Kind.Decoder),
        new("gemma3", Kind.Decoder),
        new("gemma3n", Kind.Decoder,
            "block_count=22; embedding_length=32; attention.head_count=1; attention.head_count_kv=1; " +
            "feed_forward_length=48"),
        new("gemma4", Kind.Decoder,
            "block_count=5; embedding_length_per_layer_input=32; attention.shared_kv_layers=0; " +
            "attention.key_length_swa=32; attention.value_length_swa=32; rope.freq_base_swa=10000.0; " +
            "attention.sliding_window_pattern=[1,1,1,1,0]"),
        new("gemma-embedding", Kind.Encoder, "attention.causal=false"),
        new("starcoder2", Kind.Decoder),
        new("mamba", Kind.Recurrent),
        new("mamba2", Kind.Recurrent),
        new("jamba", Kind.Hybrid, "attention.head_count=[2,0]; attention.head_count_kv=[2,0]"),
        new("falcon-h1", Kind.Hybrid) { Tensors = "blk.*.ssm_conv1d.bias f32 256" },
        new("xverse", Kind.Decoder),
        new("command-r", Kind.Decoder),
        new("cohere2", Kind.Decoder),
        new("cohere2moe", Kind.Decoder, "attention.sliding_window_pattern=[0,1]") { Experts = true },
        new("dbrx", Kind.Decoder) { Experts = true },
        new("olmo", Kind.Decoder),
        new("olmo2", Kind.Decoder),
        new("olmoe", Kind.Decoder) { Experts = true },
        new("muse-glimmer", Kind.Decoder,
            "attention.sliding_window_pattern=[0,1]; attention.head_count=4; attention.head_count_kv=2"),
        new("openelm", Kind.Decoder),
        new("arctic", Kind.Decoder) { Experts = true },
        new("deepseek", Kind.Decoder) { Experts = true },
        new("deepseek2", Kind.Decoder,
            "attention.head_count=1; attention.head_count_kv=1; attention.key_length=40; attention.value_length=32; " +
            "rope.dimension_count=8; attention.key_length_mla=24; attention.value_length_mla=16") { Experts = true },
        new("deepseek2-ocr", Kind.Decoder) { Experts = true },
        new("deepseek32", Kind.Decoder,
            "attention.head_count=1; attention.head_count_kv=1; attention.key_length=40; attention.value_length=32; " +
            "rope.dimension_count=8; attention.key_length_mla=24; attention.value_length_mla=16; " +
            "attention.indexer.key_length=64") { Experts = true },
        new("deepseek4", Kind.Hybrid,
            "block_count=4; embedding_length=128; attention.head_count=8; attention.head_count_kv=1; " +
            "attention.key_length=16; attention.value_length=16; rope.dimension_count=8; attention.q_lora_rank=32; " +
            "attention.output_group_count=8; attention.output_lora_rank=16; attention.compress_ratios=[0,0,4,128]; " +
            "attention.compress_rope_freq_base=160000.0; hyper_connection.count=4; " +
            "hyper_connection.sinkhorn_iterations=2; hyper_connection.epsilon=1e-6; hash_layer_count=0; " +
            "swiglu_clamp_exp=10.0; expert_weights_scale=1.0; expert_weights_norm=true; expert_gating_func=4; " +
            "attention.indexer.key_length=64") { Experts = true },
        new("chatglm", Kind.Decoder),
        new("glm4", Kind.Decoder),
        new("glm4moe", Kind.Decoder) { Experts = true },
        new("glm-dsa", Kind.Decoder,
            "attention.head_count=1; attention.head_count_kv=1; attention.key_length=40; attention.value_length=32; " +
            "rope.dimension_count=8; attention.key_length_mla=24; attention.value_length_mla=16; " +
            "attention.indexer.key_length=64")
        {
            Experts = true,
            Tensors = "blk.*.indexer.k_norm.weight f32 64; blk.*.indexer.k_norm.bias f32 64; blk.*.indexer.proj.weight f32 64 4; " +
                "blk.*.indexer.attn_k.weight f32 64 64; blk.*.indexer.attn_q_b.weight f32 32 256",
        },
        new("bitnet", Kind.Decoder),
        new("t5", Kind.EncoderDecoder, "decoder_start_token_id=0")
        {
            Vocabulary = s_unigram,
            Tensors = "enc.blk.0.attn_rel_b.weight f32 2 8; dec.blk.0.attn_rel_b.weight f32 2 8",
        },
        new("t5encoder", Kind.Encoder) { Vocabulary = s_unigram, Tensors = "enc.blk.0.attn_rel_b.weight f32 2 8" },
        new("jais", Kind.Decoder),
        new("jais2", Kind.Decoder),
        new("nemotron", Kind.Decoder),
        new("nemotron_h", Kind.Hybrid,
            "block_count=3; attention.head_count=[2,0,2]; attention.head_count_kv=[2,0,2]; " +
            "feed_forward_length=[0,0,96]") { Tensors = "blk.1.ssm_conv1d.bias f32 256" },
        new("nemotron_h_moe", Kind.Hybrid,
            "block_count=3; attention.head_count=[2,0,2]; attention.head_count_kv=[2,0,2]; " +
            "feed_forward_length=[0,0,96]") { Experts = true, Tensors = "blk.1.ssm_conv1d.bias f32 256" },
        new("exaone", Kind.Decoder),
        new("exaone4", Kind.Decoder),
        new("exaone-moe", Kind.Decoder) { Experts = true },
        new("rwkv6", Kind.Recurrent) { Vocabulary = s_rwkv, Tensors = "blk.*.time_mix_lerp_fused.weight f32 64 1 1 5" },
        new("rwkv6qwen2", Kind.Recurrent, "token_shift_count=1"),
        new("rwkv7", Kind.Recurrent, "wkv.head_size=64") { Vocabulary = s_rwkv },
        new("arwkv7", Kind.Recurrent, "token_shift_count=1; wkv.head_size=64")
        {
            Tensors = "blk.*.time_mix_g1.weight f32 64 16; blk.*.time_mix_g2.weight f32 16 64",
        },
        new("granite", Kind.Decoder),
        new("granitemoe", Kind.Decoder) { Experts = true },
        new("granitehybrid", Kind.Hybrid, "attention.head_count=[2,0]; attention.head_count_kv=[2,0]")
        {
            Tensors = "blk.1.ssm_conv1d.bias f32 256",
        },
        new("graniteswitch", Kind.Decoder,
            "adapters.count=2; adapters.lora_rank=4; adapters.token_ids_activate=[5,6]; " +
            "adapters.token_ids_substitute=[7,8]"),
        new("granite_swa", Kind.Decoder, "attention.sliding_window_pattern=[0,1]"),
        new("chameleon", Kind.Decoder) { Vocabulary = TinyVocabulary.SentencePiece(unused: 8193).Padded(10240) }, // 4 to 8195 are images
        new("wavtokenizer-dec", Kind.Encoder),
        new("plm", Kind.Decoder, "rope.dimension_count=16"),
        new("bailingmoe", Kind.Decoder) { Experts = true },
        new("bailingmoe2", Kind.Decoder) { Experts = true },
        new("bailingmoe3", Kind.Hybrid,
            "attention.head_count=[1,0]; attention.head_count_kv=[1,0]; attention.key_length=40; " +
            "attention.value_length=32; rope.dimension_count=8; attention.key_length_mla=24; " +
            "attention.value_length_mla=16; swiglu_clamp_exp=[0.0,4.0]; swiglu_clamp_shexp=[0.0,5.0]") { Experts = true },
        new("dots1", Kind.Decoder) { Experts = true },
        new("dots3note", Kind.Decoder,
            "attention.head_count=1; attention.head_count_kv=1; attention.key_length=40; attention.value_length=32; " +
            "rope.dimension_count=8; attention.key_length_mla=24; attention.value_length_mla=16; " +
            "attention.kv_lora_rank_swa=32; attention.key_length_swa=40; attention.value_length_swa=32; " +
            "attention.key_length_mla_swa=24; attention.value_length_mla_swa=16; rope.freq_base_swa=10000.0; " +
            "attention.indexer.types=[1,0]; attention.indexer.key_length=64; attention.sliding_window_pattern=[0,1]") { Experts = true },
        new("arcee", Kind.Decoder),
        new("afmoe", Kind.Decoder, "attention.head_count=4; attention.head_count_kv=2") { Experts = true },
        new("laguna", Kind.Decoder) { Experts = true },
        new("ernie4_5", Kind.Decoder) { Experts = true },
        new("ernie4_5-moe", Kind.Decoder) { Experts = true },
        new("hunyuan-moe", Kind.Decoder) { Experts = true },
        new("hunyuan-dense", Kind.Decoder),
        new("hunyuan_vl", Kind.Decoder),
        new("hy_v3", Kind.Decoder) { Experts = true },
        new("smollm3", Kind.Decoder),
        new("gpt-oss", Kind.Decoder) { Experts = true },
        new("lfm2", Kind.Hybrid, "attention.head_count=[2,0]; attention.head_count_kv=[2,0]"),
        new("lfm2moe", Kind.Hybrid, "attention.head_count=[2,0]; attention.head_count_kv=[2,0]") { Experts = true },
        new("dream", Kind.Diffusion),
        new("smallthinker", Kind.Decoder) { Experts = true },
        new("llada", Kind.Diffusion),
        new("llada-moe", Kind.Diffusion) { Experts = true },
        new("seed_oss", Kind.Decoder),
        new("grovemoe", Kind.Decoder) { Experts = true },
        new("apertus", Kind.Decoder),
        new("minimax-01", Kind.Hybrid) { Experts = true },
        new("minimax-m2", Kind.Decoder) { Experts = true },
        new("minimax-m3", Kind.Decoder,
            "rope.dimension_count=16; attention.indexer.head_count=2; attention.indexer.key_length=16") { Experts = true },
        new("cogvlm", Kind.Decoder),
        new("rnd1", Kind.Diffusion) { Experts = true },
        new("pangu-embedded", Kind.Decoder),
        new("mistral3", Kind.Decoder),
        new("mistral4", Kind.Decoder,
            "attention.head_count=1; attention.head_count_kv=1; attention.key_length=40; attention.value_length=32; " +
            "rope.dimension_count=8; attention.key_length_mla=24; attention.value_length_mla=16") { Experts = true },
        new("paddleocr", Kind.Decoder) { Experts = true },
        new("mimo2", Kind.Decoder, "attention.sliding_window_pattern=[0,1]") { Experts = true },
        new("step35", Kind.Decoder, "attention.sliding_window_pattern=[0,1]") { Experts = true },
        new("llama-embed", Kind.CachedEncoder),
        new("maincoder", Kind.Decoder),
        new("kimi-linear", Kind.Hybrid,
            "attention.head_count=[1,0]; attention.head_count_kv=[1,0]; attention.key_length=40; " +
            "attention.value_length=32; rope.dimension_count=8; attention.key_length_mla=24; " +
            "attention.value_length_mla=16") { Experts = true },
        new("kimi-k3", Kind.Hybrid,
            "attention.head_count=[1,0]; attention.head_count_kv=[1,0]; attention.key_length=40; " +
            "attention.value_length=32; rope.dimension_count=8; attention.key_length_mla=24; " +
            "attention.value_length_mla=16") { Experts = true },
        new("talkie", Kind.Decoder),
        new("mellum", Kind.Decoder) { Experts = true },
        new("nanbeige", Kind.Decoder),
        new("qwen3tts", Kind.Speech) { Vocabulary = TinyVocabulary.SentencePiece().Padded(4096) },
        new("pockettts", Kind.Speech) { Tensors = "blk.*.attn_qkv.weight f32 64 192" },
    ];

    /// <summary>The architectures of which there is no model here, with the reason.</summary>
    public static IReadOnlyDictionary<string, string> LeftOut { get; } = new Dictionary<string, string>
    {
        ["clip"] = "a projector, which llama.cpp refuses to load as a model",
        ["gptj"] = "a name without an implementation in llama.cpp",
        ["eagle3"] = "a draft model: its tensors depend on the target model's file, and it has no context of its own",
        ["dflash"] = "a draft model: its tensors depend on the target model's file, and it has no context of its own",
        ["gemma4-assistant"] = "a draft model, which shares the cache of the target model's context",
    };
}
