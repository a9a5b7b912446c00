# mtmd without its programs, and without its video input, which starts ffmpeg as a child process.
set(MTMD_VIDEO OFF CACHE BOOL "" FORCE)
set(LLAMA_BUILD_TOOLS OFF)
if(NOT TARGET mtmd)
    add_subdirectory(${LLAMA_CPP}/tools/mtmd mtmd EXCLUDE_FROM_ALL)
endif()

# ggml's own target links RDMA if the building machine has it; the result must not depend on that.
set(rpc ${LLAMA_CPP}/ggml/src/ggml-rpc)
add_library(ggml-rpc MODULE ${rpc}/ggml-rpc.cpp ${rpc}/transport.cpp)
target_compile_definitions(ggml-rpc PRIVATE GGML_BACKEND_DL GGML_BACKEND_BUILD GGML_BACKEND_SHARED)
target_include_directories(ggml-rpc PRIVATE ${LLAMA_CPP}/ggml/src)
target_compile_features(ggml-rpc PRIVATE cxx_std_17)
target_link_libraries(ggml-rpc PRIVATE ggml-base)

add_executable(ggml-rpc-server ${LLAMA_CPP}/tools/rpc/rpc-server.cpp)
target_compile_features(ggml-rpc-server PRIVATE cxx_std_17)
target_link_libraries(ggml-rpc-server PRIVATE ggml)
if(WIN32)
    target_link_libraries(ggml-rpc PRIVATE ws2_32)
endif()

add_custom_target(extras DEPENDS mtmd ggml-rpc ggml-rpc-server)
