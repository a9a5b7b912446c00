// Renders chat templates with llama.cpp's own engine (common/jinja):  templates  < [{"source": ..., "variables": {...}}]
#include "json.h"
#include "jinja/lexer.h"
#include "jinja/parser.h"
#include "jinja/runtime.h"
#include "jinja/value.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

using json = nlohmann::ordered_json;

static std::string render(const std::string & source, const std::string & variables) {
    jinja::lexer lexer;
    jinja::program program = jinja::parse_from_tokens(lexer.tokenize(source));
    jinja::context context(source);
    jinja::global_from_json(context, common_json::parse(variables), false);
    jinja::runtime runtime(context);
    return jinja::runtime::gather_string_parts(runtime.execute(program))->as_string().str();
}

int main() {
    const json cases = json::parse(std::cin);
    json answers = json::array();
    for (const json & test : cases) {
        try {
            answers.push_back({{"output", render(test["source"], test["variables"].dump())}});
        } catch (const std::exception & error) {
            answers.push_back({{"error", error.what()}});
        }
    }
    // It slices strings by bytes, so its output may be invalid UTF-8.
    std::cout << answers.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
    return 0;
}
