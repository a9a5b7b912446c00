// story LIBRARIES MODEL PROMPT TOKENS: prints the most probable continuation, using only llama.cpp's C API.
#include "llama.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void quiet(enum ggml_log_level level, const char * text, void * user) { (void) level; (void) text; (void) user; }

int main(int argc, char ** argv) {
    if (argc != 5) { return 2; }
    llama_log_set(quiet, NULL);
    ggml_backend_load_all_from_path(argv[1]);
    struct llama_model * model = llama_model_load_from_file(argv[2], llama_model_default_params());
    if (!model) { return 1; }
    struct llama_context_params params = llama_context_default_params();
    params.n_ctx = 256;
    params.n_threads = params.n_threads_batch = 1;
    struct llama_context * context = llama_init_from_model(model, params);
    if (!context) { return 1; }
    const struct llama_vocab * vocab = llama_model_get_vocab(model);
    struct llama_sampler * greedy = llama_sampler_init_greedy();
    llama_token tokens[256];
    int n = llama_tokenize(vocab, argv[3], (int) strlen(argv[3]), tokens, 256, true, true);
    struct llama_batch batch = llama_batch_get_one(tokens, n);
    for (int i = 0; i < atoi(argv[4]); i++) {
        if (llama_decode(context, batch)) { return 1; }
        tokens[0] = llama_sampler_sample(greedy, context, -1);
        if (llama_vocab_is_eog(vocab, tokens[0])) { break; }
        char piece[256];
        int length = llama_token_to_piece(vocab, tokens[0], piece, sizeof(piece), 0, false);
        fwrite(piece, 1, length > 0 ? (size_t) length : 0, stdout);
        batch = llama_batch_get_one(tokens, 1);
    }
    llama_sampler_free(greedy);
    llama_free(context);
    llama_model_free(model);
    return 0;
}
