namespace LlamaNative.TestSupport;

/// <summary>What the sweep has found and the library does not handle yet. An architecture leaves this list when it passes.</summary>
public static class ArchitectureFaults
{
    /// <summary>The faults by architecture: the calls and what happens.</summary>
    public static IReadOnlyDictionary<string, string> Open { get; } = new Dictionary<string, string>
    {
        ["arwkv7"] = "estimate: ends the process in arwkv7.cpp",
        ["bert"] = "full cache: the positions end before the cache; one output: ends the process in llama-context.cpp",
        ["chameleon"] = "logits: the logits differ; logits token by token: the logits differ; micro-batches: ends the process in ggml.c",
        ["cogvlm"] =
            "logits token by token: the logits differ; micro-batches: the logits differ; two sequences: the logits differ; "
            + "two sequences, unified: the logits differ; cut back: the logits differ; generate on: the first prompt "
            + "continues differently after another prompt",
        ["deepseek32"] = "estimate: ends the process in ggml.c",
        ["deepseek4"] = "estimate: ends the process in ggml.c",
        ["dots3note"] = "estimate: ends the process in ggml.c",
        ["dream"] =
            "logits token by token: the logits differ; micro-batches: the batch is refused; two sequences: answers although"
            + " it should refuse; full cache: the positions end before the cache; beyond the trained length: answers although"
            + " it should refuse; one output: ends the process in llama-context.cpp",
        ["eurobert"] = "full cache: the positions end before the cache; one output: ends the process in llama-context.cpp",
        ["falcon-h1"] = "estimate: ends the process (access violation)",
        ["gemma-embedding"] = "full cache: the positions end before the cache; one output: ends the process in llama-context.cpp",
        ["glm-dsa"] = "estimate: ends the process (access violation)",
        ["gpt2"] = "full cache: the positions end before the cache",
        ["granitehybrid"] = "estimate: ends the process (access violation)",
        ["jina-bert-v2"] = "full cache: the positions end before the cache; one output: ends the process in llama-context.cpp",
        ["jina-bert-v3"] = "full cache: the positions end before the cache; one output: ends the process in llama-context.cpp",
        ["lfm2"] = "cut and shift: ends the process in ggml-backend.cpp",
        ["lfm2moe"] = "embeddings and logits: numbers that are not finite",
        ["llada"] =
            "logits token by token: the logits differ; micro-batches: the batch is refused; two sequences: answers although"
            + " it should refuse; full cache: the positions end before the cache; beyond the trained length: answers although"
            + " it should refuse; one output: ends the process in llama-context.cpp",
        ["llada-moe"] =
            "logits token by token: the logits differ; micro-batches: the batch is refused; two sequences: answers although"
            + " it should refuse; full cache: the positions end before the cache; beyond the trained length: answers although"
            + " it should refuse; one output: ends the process in llama-context.cpp",
        ["llama-embed"] = "encode: refused although it is an encoder; full cache: answers although it should refuse",
        ["minimax-m3"] = "quantized cache: ends the process in ggml.c",
        ["modern-bert"] = "full cache: the positions end before the cache; one output: ends the process in llama-context.cpp",
        ["nemotron_h"] = "estimate: ends the process (access violation)",
        ["nemotron_h_moe"] = "estimate: ends the process (access violation)",
        ["neo-bert"] = "full cache: the positions end before the cache; one output: ends the process in llama-context.cpp",
        ["nomic-bert"] = "full cache: the positions end before the cache; one output: ends the process in llama-context.cpp",
        ["nomic-bert-moe"] = "full cache: the positions end before the cache; one output: ends the process in llama-context.cpp",
        ["phi3"] = "estimate: ends the process (access violation)",
        ["plamo2"] = "two sequences: the logits differ; two sequences, unified: the logits differ",
        ["plm"] = "estimate: ends the process in ggml.c",
        ["pockettts"] = "estimate: ends the process (access violation)",
        ["qwen35"] = "estimate: ends the process (access violation)",
        ["qwen35moe"] = "estimate: ends the process (access violation)",
        ["qwen3next"] = "estimate: ends the process (access violation)",
        ["qwen4exp"] = "high positions: ends the process in llama-memory-hybrid-idx.cpp",
        ["rnd1"] =
            "logits token by token: the logits differ; micro-batches: the batch is refused; two sequences: answers although"
            + " it should refuse; full cache: the positions end before the cache; beyond the trained length: answers although"
            + " it should refuse; one output: ends the process in llama-context.cpp",
        ["rwkv6"] = "load: not recorded: llama.cpp's loader ends the process without optional sizes",
        ["rwkv6qwen2"] = "estimate: ends the process in rwkv6qwen2.cpp",
        ["rwkv7"] = "micro-batches: ends the process (heap corruption)",
        ["starcoder"] = "full cache: the positions end before the cache",
        ["t5"] = "estimate: ends the process (access violation)",
        ["t5encoder"] = "estimate: ends the process (access violation)",
        ["wavtokenizer-dec"] =
            "quantize: the result cannot be loaded; adapter: the test finds no tensor; full cache: the positions end before"
            + " the cache; one output: ends the process in llama-context.cpp",
    };
}
