// Prints the tensors that llama.cpp asks for with a file's hyperparameters, as a JSON array of "name type size...":
//
//   architectures <CPU backend library> <GGUF file with metadata and a vocabulary, without tensors>
#include "ggml-backend.h"
#include "gguf.h"
#include "llama.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>
#include <string>

using json = nlohmann::ordered_json;

static void note(ggml_tensor * tensor, void * list) {
    std::string line = std::string(tensor->name) + " " + ggml_type_name(tensor->type);
    for (int i = 0; i < ggml_n_dims(tensor); i++) line += " " + std::to_string(tensor->ne[i]);
    static_cast<json *>(list)->push_back(line);
    ggml_backend_tensor_memset(tensor, 0, 0, ggml_nbytes(tensor));
}

static std::string log_text;

// llama.cpp compares the number of tensors that it creates with the number in the file, which has none.
static int created() {
    const std::string before = "too many tensors created; expected ";
    const size_t at = log_text.rfind(before);
    return at == std::string::npos ? 0 : atoi(log_text.c_str() + log_text.find("got ", at) + 4);
}

static void add_tensors(gguf_context * file, int count) {
    for (int i = 0; i < count; i++) {
        ggml_tensor tensor = {};
        tensor.type = GGML_TYPE_F32;
        for (int dim = 0; dim < GGML_MAX_DIMS; dim++) tensor.ne[dim] = 1;
        for (int dim = 0; dim < GGML_MAX_DIMS; dim++) tensor.nb[dim] = 4;
        ggml_set_name(&tensor, ("unused." + std::to_string(i)).c_str());
        gguf_add_tensor(file, &tensor);
    }
}

int main(int, char ** argv) {
    llama_log_set([](ggml_log_level level, const char * text, void *) {
        if (level >= GGML_LOG_LEVEL_WARN) log_text += text;
    }, nullptr);
    if (!ggml_backend_load(argv[1])) return 1;

    int tensors_in_file = 0;
    for (int attempt = 0; attempt < 2; attempt++) {
        gguf_context * file = gguf_init_from_file(argv[2], { true, nullptr });
        if (!file) return 1;
        add_tensors(file, tensors_in_file);
        json tensors = json::array();
        llama_model_params params = llama_model_default_params();
        params.n_gpu_layers = 0;
        params.use_extra_bufts = false;
        if (llama_model_init_from_user(file, note, &tensors, params)) {
            std::cout << tensors << std::endl;
            return 0;
        }
        tensors_in_file = created();
    }
    std::cerr << log_text;
    return 1;
}
