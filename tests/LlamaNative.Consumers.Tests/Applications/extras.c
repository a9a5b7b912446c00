// extras picture FILE       decodes an image with mtmd and prints its size and bytes
// extras rpc LIBRARY HOST   multiplies two matrices on an RPC server at HOST and prints the product
#include "ggml.h"
#include "ggml-alloc.h"
#include "ggml-backend.h"
#include "mtmd.h"
#include "mtmd-helper.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void quiet(enum ggml_log_level level, const char * text, void * user) { (void) level; (void) text; (void) user; }

static int picture(const char * path) {
    static unsigned char bytes[1 << 16];
    FILE * file = fopen(path, "rb");
    if (!file) { return 1; }
    size_t length = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    mtmd_bitmap * bitmap = mtmd_helper_bitmap_init_from_buf(NULL, bytes, length, false, mtmd_helper_init_opt_default()).bitmap;
    if (!bitmap) { printf("no picture\n"); return 0; }
    printf("%u x %u:", mtmd_bitmap_get_nx(bitmap), mtmd_bitmap_get_ny(bitmap));
    for (size_t i = 0; i < mtmd_bitmap_get_n_bytes(bitmap); i++) { printf(" %d", mtmd_bitmap_get_data(bitmap)[i]); }
    printf("\n");
    mtmd_bitmap_free(bitmap);
    return 0;
}

typedef ggml_backend_reg_t (*add_server_t)(const char * endpoint);

static int rpc(const char * library, const char * host) {
    ggml_backend_reg_t loaded = ggml_backend_load(library);
    if (!loaded) { fprintf(stderr, "%s cannot be loaded\n", library); return 1; }
    add_server_t add_server = (add_server_t) ggml_backend_reg_get_proc_address(loaded, "ggml_backend_rpc_add_server");
    ggml_backend_reg_t server = add_server ? add_server(host) : NULL;
    if (!server || ggml_backend_reg_dev_count(server) == 0) { fprintf(stderr, "%s has no device\n", host); return 1; }
    ggml_backend_t backend = ggml_backend_dev_init(ggml_backend_reg_dev_get(server, 0), NULL);
    struct ggml_init_params params = { 1 << 20, NULL, true };
    struct ggml_context * context = ggml_init(params);
    struct ggml_tensor * a = ggml_new_tensor_2d(context, GGML_TYPE_F32, 2, 2);
    struct ggml_tensor * b = ggml_new_tensor_2d(context, GGML_TYPE_F32, 2, 2);
    struct ggml_tensor * product = ggml_mul_mat(context, a, b);
    struct ggml_cgraph * graph = ggml_new_graph(context);
    ggml_build_forward_expand(graph, product);
    ggml_backend_buffer_t buffer = ggml_backend_alloc_ctx_tensors(context, backend);
    if (!buffer) { fprintf(stderr, "no memory on %s\n", host); return 1; }
    float rows[] = { 1, 2, 3, 4 }, columns[] = { 5, 6, 7, 8 }, result[4];
    ggml_backend_tensor_set(a, rows, 0, sizeof(rows));
    ggml_backend_tensor_set(b, columns, 0, sizeof(columns));
    if (ggml_backend_graph_compute(backend, graph) != GGML_STATUS_SUCCESS) { return 1; }
    ggml_backend_tensor_get(product, result, 0, sizeof(result));
    printf("%s: %g %g %g %g\n", ggml_backend_name(backend), result[0], result[1], result[2], result[3]);
    ggml_backend_buffer_free(buffer);
    ggml_free(context);
    ggml_backend_free(backend);
    return 0;
}

int main(int argc, char ** argv) {
    ggml_log_set(quiet, NULL);
    mtmd_helper_log_set(quiet, NULL);
    if (argc == 3 && strcmp(argv[1], "picture") == 0) { return picture(argv[2]); }
    if (argc == 4 && strcmp(argv[1], "rpc") == 0) { return rpc(argv[2], argv[3]); }
    return 2;
}
