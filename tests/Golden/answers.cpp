// Prints llama.cpp's results for one model as JSON:  answers <CPU backend library>  < request
//
//   request   {"model": path, "texts": [...], "prompts": [...], "seeds": [...], "text": "...", "embed": [...], "list": true}
//             All members except the model are optional; with only texts, only the vocabulary is loaded.
//
// One thread, a context of 512, greedy from llama_sampler_init_greedy, samples from the chain
// top_k(40) top_p(0.9) temp(0.8) dist(seed); neither stops at the end of generation.
#include "ggml-backend.h"
#include "gguf.h"
#include "llama.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using json = nlohmann::ordered_json;
using tokens = std::vector<llama_token>;

static const int n_ctx = 512;

[[noreturn]] static void fail(const std::string & message) {
    fprintf(stderr, "%s\n", message.c_str());
    exit(1);
}

static tokens tokenize(const llama_vocab * vocab, const std::string & text, bool add_special, bool parse_special) {
    tokens result(text.size() + 16);
    int count = llama_tokenize(vocab, text.data(), text.size(), result.data(), result.size(), add_special, parse_special);
    if (count < 0) {
        result.resize(-count);
        count = llama_tokenize(vocab, text.data(), text.size(), result.data(), result.size(), add_special, parse_special);
    }
    result.resize(count);
    return result;
}

static std::string detokenize(const llama_vocab * vocab, const tokens & ids) {
    std::string text;
    for (llama_token id : ids) {
        char piece[256];
        int length = llama_token_to_piece(vocab, id, piece, sizeof piece, 0, false);
        if (length < 0) fail("a piece is longer than 256 bytes");
        text.append(piece, length);
    }
    return text;
}

static llama_context * new_context(llama_model * model, bool f32, bool embeddings = false) {
    llama_context_params params = llama_context_default_params();
    params.n_ctx = params.n_batch = params.n_ubatch = n_ctx;
    params.n_threads = params.n_threads_batch = 1;
    params.embeddings = embeddings;
    if (f32) {
        params.type_k = params.type_v = GGML_TYPE_F32;
        params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    }
    llama_context * context = llama_init_from_model(model, params);
    if (!context) fail("no context");
    return context;
}

static void encode(llama_context * context, tokens ids) {
    if (llama_encode(context, llama_batch_get_one(ids.data(), ids.size())) != 0) fail("llama_encode failed");
}

// Evaluates tokens and keeps the logits of the last one, or of each.
static void decode(llama_context * context, const tokens & ids, int past, bool all = false) {
    llama_batch batch = llama_batch_init(ids.size(), 0, 1);
    for (size_t i = 0; i < ids.size(); i++) {
        batch.token[i] = ids[i];
        batch.pos[i] = past + i;
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = 0;
        batch.logits[i] = all || i + 1 == ids.size();
    }
    batch.n_tokens = ids.size();
    if (llama_decode(context, batch) != 0) fail("llama_decode failed");
    llama_batch_free(batch);
}

static json top(const float * logits, int n_vocab, int count) {
    std::vector<int> ids(n_vocab);
    for (int i = 0; i < n_vocab; i++) ids[i] = i;
    std::partial_sort(ids.begin(), ids.begin() + count, ids.end(), [&](int a, int b) { return logits[a] > logits[b]; });
    json result = json::array();
    for (int i = 0; i < count; i++) result.push_back({{"id", ids[i]}, {"logit", logits[ids[i]]}});
    return result;
}

// The margin of the best logit over the second, which must exceed the differences between builds of the CPU backend.
static float margin(const float * logits, int n_vocab) {
    float first = -INFINITY, second = -INFINITY;
    for (int i = 0; i < n_vocab; i++) {
        if (logits[i] > first) { second = first; first = logits[i]; }
        else if (logits[i] > second) second = logits[i];
    }
    return first - second;
}

static json generate(llama_model * model, const std::string & prompt, llama_sampler * sampler, int count, bool f32) {
    const llama_vocab * vocab = llama_model_get_vocab(model);
    const int n_vocab = llama_vocab_n_tokens(vocab);
    llama_context * context = new_context(model, f32);
    tokens ids = tokenize(vocab, prompt, true, false), made;
    int past = ids.size();
    if (llama_model_has_encoder(model)) {
        encode(context, ids);
        decode(context, {llama_model_decoder_start_token(model)}, 0);
        past = 1;
    } else {
        decode(context, ids, 0);
    }
    json result = {{"prompt", prompt}, {"prompt_tokens", ids}, {"top", top(llama_get_logits_ith(context, -1), n_vocab, 5)}};
    json margins = json::array();
    for (int i = 0; i < count; i++) {
        margins.push_back(std::round(margin(llama_get_logits_ith(context, -1), n_vocab) * 1000) / 1000);
        made.push_back(llama_sampler_sample(sampler, context, -1));
        decode(context, {made.back()}, past + i);
    }
    result["tokens"] = made;
    result["text"] = detokenize(vocab, made);
    result["margins"] = margins;
    llama_sampler_free(sampler);
    llama_free(context);
    return result;
}

static llama_sampler * greedy() { return llama_sampler_init_greedy(); }

static llama_sampler * seeded(uint32_t seed) {
    llama_sampler * chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
    llama_sampler_chain_add(chain, llama_sampler_init_top_k(40));
    llama_sampler_chain_add(chain, llama_sampler_init_top_p(0.9f, 1));
    llama_sampler_chain_add(chain, llama_sampler_init_temp(0.8f));
    llama_sampler_chain_add(chain, llama_sampler_init_dist(seed));
    return chain;
}

// The mean of -log softmax(logits[i])[token i + 1] over one evaluation, at most 512 tokens. An encoder reads the first half, and the
// decoder's logits are those of the second.
static json perplexity(llama_model * model, const std::string & text) {
    const llama_vocab * vocab = llama_model_get_vocab(model);
    const int n_vocab = llama_vocab_n_tokens(vocab);
    llama_context * context = new_context(model, false);
    const bool encodes = llama_model_has_encoder(model);
    tokens ids = tokenize(vocab, text, !encodes, false);
    if (ids.size() > (size_t) n_ctx) ids.resize(n_ctx);
    if (encodes) {
        tokens input(ids.begin(), ids.begin() + ids.size() / 2);
        ids.erase(ids.begin(), ids.begin() + ids.size() / 2);
        ids.insert(ids.begin(), llama_model_decoder_start_token(model));
        input.push_back(llama_vocab_eos(vocab));
        encode(context, input);
    }
    decode(context, ids, 0, true);
    double sum = 0;
    for (size_t i = 0; i + 1 < ids.size(); i++) {
        const float * logits = llama_get_logits_ith(context, i);
        double highest = *std::max_element(logits, logits + n_vocab), total = 0;
        for (int j = 0; j < n_vocab; j++) total += std::exp(logits[j] - highest);
        sum += highest + std::log(total) - logits[ids[i + 1]];
    }
    llama_free(context);
    const double mean = sum / (ids.size() - 1);
    return {{"text", text}, {"predictions", ids.size() - 1}, {"mean_nll", mean}, {"perplexity", std::exp(mean)}};
}

// The pooled vector, not normalized; for a model with a classification head, its scores.
static json embed(llama_model * model, const std::string & text) {
    const llama_vocab * vocab = llama_model_get_vocab(model);
    llama_context * context = new_context(model, false, true);
    tokens ids = tokenize(vocab, text, true, false);
    llama_batch batch = llama_batch_get_one(ids.data(), ids.size());
    if (llama_encode(context, batch) != 0) fail("llama_encode failed");
    const float * vector = llama_get_embeddings_seq(context, 0);
    if (!vector) fail("no embedding");
    json result = {{"text", text}, {"tokens", ids}, {"vector", std::vector<float>(vector, vector + llama_model_n_embd(model))}};
    llama_free(context);
    return result;
}

// The contents of the file as read by gguf.h.
static json listing(const std::string & path) {
    gguf_context * file = gguf_init_from_file(path.c_str(), {true, nullptr});
    if (!file) fail("gguf.h does not read it");
    json keys = json::array(), tensors = json::array();
    for (int64_t i = 0; i < gguf_get_n_kv(file); i++) keys.push_back(gguf_get_key(file, i));
    for (int64_t i = 0; i < gguf_get_n_tensors(file); i++) {
        tensors.push_back({{"name", gguf_get_tensor_name(file, i)}, {"type", gguf_get_tensor_type(file, i)},
            {"offset", gguf_get_tensor_offset(file, i)}, {"bytes", gguf_get_tensor_size(file, i)}});
    }
    json result = {{"version", gguf_get_version(file)}, {"alignment", gguf_get_alignment(file)},
        {"data_offset", gguf_get_data_offset(file)}, {"keys", keys}, {"tensors", tensors}};
    gguf_free(file);
    return result;
}

int main(int argc, char ** argv) {
    if (argc != 2) fail("usage: answers <CPU backend library> < request");
    llama_log_set([](ggml_log_level level, const char * text, void *) { if (level >= GGML_LOG_LEVEL_ERROR) fputs(text, stderr); }, nullptr);
    if (!ggml_backend_load(argv[1])) fail(std::string("cannot load ") + argv[1]);
    const json request = json::parse(std::cin);
    const auto list = [&](const char * name) { return request.value(name, json::array()); };

    llama_model_params params = llama_model_default_params();
    params.n_gpu_layers = 0;
    params.vocab_only = list("prompts").empty() && list("embed").empty();
    llama_model * model = llama_model_load_from_file(request["model"].get<std::string>().c_str(), params);
    if (!model) fail("the model does not load: " + request["model"].get<std::string>());
    const llama_vocab * vocab = llama_model_get_vocab(model);

    json answer = json::object();
    if (request.value("list", false)) answer["file"] = listing(request["model"]);
    for (const std::string text : list("texts")) {
        answer["texts"].push_back({
            {"text", text}, {"tokens", tokenize(vocab, text, false, false)},
            {"special", tokenize(vocab, text, true, false)}, {"parsed", tokenize(vocab, text, false, true)},
        });
    }
    for (const std::string prompt : list("prompts")) {
        answer["greedy"].push_back(generate(model, prompt, greedy(), 64, false));
        answer["greedy_f32"].push_back(generate(model, prompt, greedy(), 64, true));
    }
    for (const uint32_t seed : list("seeds")) {
        json sample = generate(model, request["prompts"][0], seeded(seed), 48, false);
        answer["sampled"].push_back({{"seed", seed}, {"prompt", sample["prompt"]}, {"tokens", sample["tokens"]}});
    }
    if (request.contains("text")) answer["perplexity"] = perplexity(model, request["text"]);
    for (const std::string text : list("embed")) answer["embeddings"].push_back(embed(model, text));

    // Models with random weights can generate invalid UTF-8.
    std::cout << answer.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
    llama_model_free(model);
    return 0;
}
