// The generation loop in C, as a peer for the one in C#: the same calls in the same order, on the same libraries.
// Usage: loop LIBRARIES MODEL TOKENS THREADS ROUNDS POOL(0|1); prints the tokens per second of each round.
//
// cc -O2 -I llama.cpp/include -I llama.cpp/ggml/include loop.c -o loop LIBRARIES/libllama*.so LIBRARIES/libggml.*so LIBRARIES/libggml-base.so -Wl,-rpath,LIBRARIES
#include "llama.h"
#include "ggml-cpu.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void quiet(enum ggml_log_level level, const char * text, void * user) { (void) level; (void) text; (void) user; }

static ggml_threadpool_t new_pool(int threads) {
    ggml_backend_reg_t reg = ggml_backend_dev_backend_reg(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU));
    ggml_threadpool_t (*create)(struct ggml_threadpool_params *) =
        (ggml_threadpool_t (*)(struct ggml_threadpool_params *)) ggml_backend_reg_get_proc_address(reg, "ggml_threadpool_new");
    struct ggml_threadpool_params params = ggml_threadpool_params_default(threads);
    return create(&params);
}

int main(int argc, char ** argv) {
    if (argc != 7) { fprintf(stderr, "usage: loop LIBRARIES MODEL TOKENS THREADS ROUNDS POOL\n"); return 2; }
    const int n_tokens = atoi(argv[3]), n_threads = atoi(argv[4]), rounds = atoi(argv[5]), pool = atoi(argv[6]);
    llama_log_set(quiet, NULL);
    llama_backend_init();
    ggml_backend_load_all_from_path(argv[1]);
    struct llama_model * model = llama_model_load_from_file(argv[2], llama_model_default_params());
    if (!model) { return 1; }
    const struct llama_vocab * vocab = llama_model_get_vocab(model);
    struct llama_context_params cp = llama_context_default_params();
    cp.n_ctx = 512;
    cp.n_threads = cp.n_threads_batch = n_threads;
    struct llama_context * ctx = llama_init_from_model(model, cp);
    if (pool) { ggml_threadpool_t p = new_pool(n_threads); llama_attach_threadpool(ctx, p, p); }

    const char * prompt = "Once upon a time";
    char text[1 << 16];
    for (int round = 0; round < rounds; round++) {
        struct llama_sampler * chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
        llama_sampler_chain_add(chain, llama_sampler_init_penalties(llama_vocab_n_tokens(vocab), 64, 1.1f, 0, 0));
        llama_sampler_chain_add(chain, llama_sampler_init_top_k(40));
        llama_sampler_chain_add(chain, llama_sampler_init_top_p(0.9f, 0));
        llama_sampler_chain_add(chain, llama_sampler_init_min_p(0.05f, 0));
        llama_sampler_chain_add(chain, llama_sampler_init_temp_ext(0.8f, 0, 1));
        llama_sampler_chain_add(chain, llama_sampler_init_dist(1 + round));
        llama_memory_clear(llama_get_memory(ctx), false);
        llama_token tokens[512];
        int n = llama_tokenize(vocab, prompt, strlen(prompt), tokens, 512, true, false);
        int length = 0;
        int64_t first = 0;
        struct llama_batch batch = llama_batch_get_one(tokens, n);
        llama_token token;
        for (int i = 0; i < n_tokens; i++) {
            if (llama_decode(ctx, batch)) { return 1; }
            token = llama_sampler_sample(chain, ctx, -1);
            length += llama_token_to_piece(vocab, token, text + length, sizeof(text) - length, 0, false);
            batch = llama_batch_get_one(&token, 1);
            if (i == 0) { first = ggml_time_us(); }
        }
        printf("%.1f\n", (n_tokens - 1) * 1e6 / (ggml_time_us() - first));
        fflush(stdout);
        llama_sampler_free(chain);
    }
    return 0;
}
