using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: loading a model and reading its properties.</summary>
internal static unsafe partial class LlamaModels
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial void llama_model_free(nint model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial nint llama_model_get_vocab(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_n_ctx_train(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_n_embd(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_n_embd_out(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_n_layer(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_n_head(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_n_head_kv(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_n_swa(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_meta_count(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_meta_key_by_index(LlamaModelHandle model, int index, byte* buffer, nuint size);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_meta_val_str_by_index(LlamaModelHandle model, int index, byte* buffer, nuint size);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_desc(LlamaModelHandle model, byte* buffer, nuint size);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial ulong llama_model_size(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial ulong llama_model_n_params(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama, StringMarshalling = StringMarshalling.Utf8)]
    public static partial byte* llama_model_chat_template(LlamaModelHandle model, string? name);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_model_has_encoder(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_model_has_decoder(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_model_decoder_start_token(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_model_is_recurrent(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_model_is_hybrid(LlamaModelHandle model);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_model_is_diffusion(LlamaModelHandle model);
}
