// Prints which texts llama.cpp accepts for JSON schemas:  schemas <vocabulary.gguf>  < [{"schema": ..., "texts": [...]}]
//
// A schema goes through json_schema_to_grammar and the grammar through llama_sampler_init_grammar. A text is accepted when
// the sampler accepts each of its tokens and the end of the text.
#include "json-schema-to-grammar.h"
#include "llama.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using json = nlohmann::ordered_json;

static bool allows(llama_sampler * sampler, llama_token token) {
    llama_token_data data = {token, 1, 0};
    llama_token_data_array one = {&data, 1, -1, false};
    llama_sampler_apply(sampler, &one);
    return std::isfinite(data.logit);
}

static bool accepts(const llama_vocab * vocab, const std::string & grammar, const std::string & text) {
    llama_sampler * sampler = llama_sampler_init_grammar(vocab, grammar.c_str(), "root");
    if (!sampler) { fprintf(stderr, "no grammar:\n%s\n", grammar.c_str()); exit(1); }
    std::vector<llama_token> ids(text.size() + 16);
    ids.resize(llama_tokenize(vocab, text.data(), text.size(), ids.data(), ids.size(), false, false));
    bool accepted = true;
    for (size_t i = 0; accepted && i < ids.size(); i++) {
        accepted = allows(sampler, ids[i]);
        if (accepted) llama_sampler_accept(sampler, ids[i]);
    }
    accepted = accepted && allows(sampler, llama_vocab_eos(vocab));
    llama_sampler_free(sampler);
    return accepted;
}

int main(int argc, char ** argv) {
    if (argc != 2) { fprintf(stderr, "usage: schemas <vocabulary.gguf> < cases\n"); return 1; }
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    llama_model_params params = llama_model_default_params();
    params.vocab_only = true;
    llama_model * model = llama_model_load_from_file(argv[1], params);
    if (!model) { fprintf(stderr, "the vocabulary does not load\n"); return 1; }
    const llama_vocab * vocab = llama_model_get_vocab(model);

    const json cases = json::parse(std::cin);
    json answers = json::array();
    for (const json & test : cases) {
        std::string grammar;
        try {
            grammar = json_schema_to_grammar(common_json::parse(test["schema"].dump()));
        } catch (const std::exception & error) {
            answers.push_back({{"error", error.what()}});
            continue;
        }
        json accepted = json::array();
        for (const std::string text : test["texts"]) accepted.push_back(accepts(vocab, grammar, text));
        answers.push_back({{"accepted", accepted}});
    }
    std::cout << answers.dump() << std::endl;
    llama_model_free(model);
    return 0;
}
