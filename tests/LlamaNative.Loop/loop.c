// Uses llama.cpp from C, as a counterpart of Program.cs: the same calls in the same order, with the same libraries, prompt,
// sampler chain and stop strings, so that both print the same hash of their tokens.
// Usage: loop LIBRARIES MODEL TOKENS THREADS ROUNDS POOL(0|1)
// Prints lines "name value": first_token_ms (from the start of main, including loading libraries and model), tokens_fnv,
// pipeline_tps for each round (tokens per second after the first token), and peak_kib (VmHWM, if /proc has it).
//
// cc -O2 -I llama.cpp/include -I llama.cpp/ggml/include loop.c -o loop
//    LIBRARIES/libllama*.so LIBRARIES/libggml.*so LIBRARIES/libggml-base.so -Wl,-rpath,LIBRARIES
#include "llama.h"
#include "ggml-cpu.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char * const stops[] = { "\n\nUser:", "<|im_end|>", "### Instruction", "The End." };

static void quiet(enum ggml_log_level level, const char * text, void * user) { (void) level; (void) text; (void) user; }

static ggml_threadpool_t new_pool(int threads) {
    ggml_backend_reg_t reg = ggml_backend_dev_backend_reg(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU));
    ggml_threadpool_t (*create)(struct ggml_threadpool_params *) =
        (ggml_threadpool_t (*)(struct ggml_threadpool_params *)) ggml_backend_reg_get_proc_address(reg, "ggml_threadpool_new");
    struct ggml_threadpool_params params = ggml_threadpool_params_default(threads);
    return create(&params);
}

static struct llama_sampler * new_chain(const struct llama_vocab * vocab, int seed) {
    struct llama_sampler * chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
    llama_sampler_chain_add(chain, llama_sampler_init_penalties(llama_vocab_n_tokens(vocab), 64, 1.1f, 0.1f, 0.1f));
    llama_sampler_chain_add(chain, llama_sampler_init_top_k(40));
    llama_sampler_chain_add(chain, llama_sampler_init_top_p(0.9f, 0));
    llama_sampler_chain_add(chain, llama_sampler_init_min_p(0.05f, 0));
    llama_sampler_chain_add(chain, llama_sampler_init_temp_ext(0.8f, 0, 1));
    llama_sampler_chain_add(chain, llama_sampler_init_dist(seed));
    return chain;
}

// Whether one of the stop strings ends within the last `added` bytes.
static int stopped(const char * text, int length, int added) {
    for (size_t i = 0; i < sizeof(stops) / sizeof(*stops); i++) {
        int size = (int) strlen(stops[i]);
        int from = length - added - size + 1;
        if (strstr(text + (from < 0 ? 0 : from), stops[i])) { return 1; }
    }
    return 0;
}

static void print_peak(void) {
    FILE * status = fopen("/proc/self/status", "r");
    char line[256];
    while (status && fgets(line, sizeof(line), status)) {
        long kib;
        if (sscanf(line, "VmHWM: %ld", &kib) == 1) { printf("peak_kib %ld\n", kib); }
    }
    if (status) { fclose(status); }
}

int main(int argc, char ** argv) {
    if (argc != 7) { fprintf(stderr, "usage: loop LIBRARIES MODEL TOKENS THREADS ROUNDS POOL\n"); return 2; }
    const int n_tokens = atoi(argv[3]), n_threads = atoi(argv[4]), rounds = atoi(argv[5]), pool = atoi(argv[6]);
    ggml_time_init();
    const int64_t start = ggml_time_us();
    llama_log_set(quiet, NULL);
    llama_backend_init();
    ggml_backend_load_all_from_path(argv[1]);
    struct llama_model * model = llama_model_load_from_file(argv[2], llama_model_default_params());
    if (!model) { fprintf(stderr, "cannot load %s\n", argv[2]); return 1; }
    const struct llama_vocab * vocab = llama_model_get_vocab(model);
    struct llama_context_params cp = llama_context_default_params();
    cp.n_ctx = 512;
    cp.n_threads = cp.n_threads_batch = n_threads;
    struct llama_context * ctx = llama_init_from_model(model, cp);
    if (!ctx) { fprintf(stderr, "cannot make a context\n"); return 1; }
    if (pool) { ggml_threadpool_t p = new_pool(n_threads); llama_attach_threadpool(ctx, p, p); }

    const char * prompt = "Once upon a time";
    static char text[1 << 16];
    for (int round = 0; round < rounds; round++) {
        struct llama_sampler * chain = new_chain(vocab, 1 + round);
        llama_memory_clear(llama_get_memory(ctx), false);
        llama_token tokens[512];
        int n = llama_tokenize(vocab, prompt, (int) strlen(prompt), tokens, 512, true, false);
        for (int i = 0; i < n; i++) { llama_sampler_accept(chain, tokens[i]); }
        int length = 0, made = 0;
        uint32_t hash = 2166136261u;
        int64_t first = 0;
        struct llama_batch batch = llama_batch_get_one(tokens, n);
        llama_token token;
        for (; made < n_tokens;) {
            if (llama_decode(ctx, batch)) { fprintf(stderr, "cannot decode\n"); return 1; }
            token = llama_sampler_sample(chain, ctx, -1);
            hash = (hash ^ (uint32_t) token) * 16777619u;
            int added = llama_token_to_piece(vocab, token, text + length, (int) sizeof(text) - length - 1, 0, false);
            length += added > 0 ? added : 0;
            text[length] = 0;
            batch = llama_batch_get_one(&token, 1);
            if (made++ == 0) {
                first = ggml_time_us();
                if (round == 0) { printf("first_token_ms %.2f\n", (first - start) / 1e3); fflush(stdout); }
            }
            if (stopped(text, length, added)) { break; }
        }
        printf("pipeline_tps %.3f\n", (made - 1) * 1e6 / (ggml_time_us() - first));
        printf("tokens_fnv %u\n", hash);
        fflush(stdout);
        llama_sampler_free(chain);
    }
    print_peak();
    llama_free(ctx);
    llama_model_free(model);
    return 0;
}
