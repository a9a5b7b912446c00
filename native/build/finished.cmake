# Targets for finished libraries, and those of llama.cpp's own helper targets that mtmd needs.
foreach(name ggml-base ggml llama)
    file(GLOB candidates "${LLAMA_LIBRARIES}/${CMAKE_SHARED_LIBRARY_PREFIX}${name}.*")
    list(FILTER candidates INCLUDE REGEX "\\.(so|dylib|dll)$")
    list(LENGTH candidates count)
    if(NOT count EQUAL 1)
        message(FATAL_ERROR "${LLAMA_LIBRARIES} must contain exactly one ${name} library, but has: ${candidates}")
    endif()
    add_library(${name} SHARED IMPORTED GLOBAL)
    set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${candidates}" IMPORTED_IMPLIB "${candidates}")
endforeach()

target_include_directories(ggml-base INTERFACE ${LLAMA_CPP}/ggml/include)
target_compile_definitions(ggml-base INTERFACE GGML_SHARED GGML_BACKEND_SHARED GGML_BACKEND_DL)
target_link_libraries(ggml INTERFACE ggml-base)
target_include_directories(llama INTERFACE ${LLAMA_CPP}/include)
target_compile_definitions(llama INTERFACE LLAMA_SHARED)
target_link_libraries(llama INTERFACE ggml)

set(BUILD_SHARED_LIBS ON)
function(llama_add_compile_flags) # llama.cpp's own only adds warnings
endfunction()
add_subdirectory(${LLAMA_CPP}/vendor vendor EXCLUDE_FROM_ALL)
