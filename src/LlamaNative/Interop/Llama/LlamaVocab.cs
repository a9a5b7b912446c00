using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: tokens, their attributes, tokenization and detokenization.</summary>
internal static unsafe partial class LlamaVocab
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_type(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_n_tokens(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial byte* llama_vocab_get_text(VocabularyHandle vocab, int token);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial float llama_vocab_get_score(VocabularyHandle vocab, int token);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_get_attr(VocabularyHandle vocab, int token);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_vocab_is_eog(nint vocab, int token);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_bos(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_eos(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_eot(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_sep(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_nl(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_pad(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_mask(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_vocab_get_add_bos(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_vocab_get_add_eos(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool llama_vocab_get_add_sep(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int* llama_vocab_get_suppress_tokens(VocabularyHandle vocab, out int count);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_fim_pre(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_fim_suf(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_fim_mid(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_fim_pad(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_fim_rep(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_vocab_fim_sep(VocabularyHandle vocab);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_tokenize(
        VocabularyHandle vocab,
        byte* text,
        int textLength,
        int* tokens,
        int capacity,
        [MarshalAs(UnmanagedType.U1)] bool addSpecial,
        [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_token_to_piece(
        VocabularyHandle vocab,
        int token,
        byte* buffer,
        int length,
        int leadingSpacesToSkip,
        [MarshalAs(UnmanagedType.U1)] bool special);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_detokenize(
        VocabularyHandle vocab,
        int* tokens,
        int count,
        byte* text,
        int capacity,
        [MarshalAs(UnmanagedType.U1)] bool removeSpecial,
        [MarshalAs(UnmanagedType.U1)] bool unparseSpecial);
}
