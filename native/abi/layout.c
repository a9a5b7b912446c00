// Prints the layout of the declarations that the C# code mirrors as JSON: the size of each struct, the offset and size of
// each field, and the values of enums and macros. It is the same on all supported platforms: pointers and size_t have 8
// bytes, enums 4, and no struct contains a long or a bit field, which would differ on Windows.
#include "llama.h"

#include <stddef.h>
#include <stdio.h>

#define LLAMA_CPP_RELEASE "v0.4.0"

_Static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8 && sizeof(int) == 4 && sizeof(bool) == 1, "a 64-bit platform");

// First pass: the compiler checks that the lists are complete. -Wmissing-field-initializers reports missing fields and
// -Wswitch missing values (both are errors here); names that do not exist fail to compile.
#define STRUCT(name, fields) const struct name complete_##name = { fields };
#define F(field) 0,
#define A(field) { 0 },
#define M(field)
#define ENUM(name, values) \
    _Static_assert(sizeof(enum name) == 4, #name); \
    void complete_##name(enum name value); \
    void complete_##name(enum name value) { switch (value) { values break; } }
#define V(value) case value:
#define ALIAS(value)
#define CONSTANT(name)
#include "mirrored.def"
#undef STRUCT
#undef F
#undef A
#undef M
#undef ENUM
#undef V
#undef ALIAS
#undef CONSTANT

// Second pass: print each section.
enum section { STRUCTS, ENUMS, CONSTANTS };

static const char * separator;

static void open_entry(const char * format, const char * name, size_t size) {
    printf("%s\n    ", separator);
    printf(format, name, size);
    separator = "";
}

static void close_entry(const char * text) {
    printf("\n    %s", text);
    separator = ",";
}

static void print_field(const char * name, size_t offset, size_t size) {
    printf("%s\n      \"%s\": { \"offset\": %zu, \"size\": %zu }", separator, name, offset, size);
    separator = ",";
}

static void print_number(const char * indent, const char * name, long long value) {
    printf("%s\n%s\"%s\": %lld", separator, indent, name, value);
    separator = ",";
}

static void print_section(enum section section) {
    separator = "";
#define STRUCT(name, fields) \
    if (section == STRUCTS) { \
        typedef struct name type; \
        open_entry("\"%s\": { \"size\": %zu, \"fields\": {", #name, sizeof(type)); \
        fields \
        close_entry("} }"); \
    }
#define F(field) print_field(#field, offsetof(type, field), sizeof(((type *) 0)->field));
#define A F
#define M F
#define ENUM(name, values) \
    if (section == ENUMS) { \
        open_entry("\"%s\": {", #name, 0); \
        values \
        close_entry("}"); \
    }
#define V(value) print_number("      ", #value, value);
#define ALIAS V
#define CONSTANT(name) if (section == CONSTANTS) print_number("    ", #name, name);
#include "mirrored.def"
}

int main(void) {
    printf("{\n  \"llama.cpp\": \"" LLAMA_CPP_RELEASE "\",\n  \"structs\": {");
    print_section(STRUCTS);
    printf("\n  },\n  \"enums\": {");
    print_section(ENUMS);
    printf("\n  },\n  \"constants\": {");
    print_section(CONSTANTS);
    printf("\n  }\n}\n");
    return 0;
}
