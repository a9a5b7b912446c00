namespace LlamaNative.Models;

/// <summary>How weights are loaded into memory. The values match <c>llama_load_mode</c> in llama.h.</summary>
public enum ModelLoadMode
{
    /// <summary>llama.cpp's default for the devices in use.</summary>
    Auto = -1,

    /// <summary>Read into allocated memory.</summary>
    Read = 0,

    /// <summary>Memory-mapped: fast to load, shared between processes and paged by the system.</summary>
    MemoryMap = 1,

    /// <summary>Read into memory that is locked, so that the system never swaps it out.</summary>
    MemoryLock = 2,

    /// <summary>Memory-mapped and locked.</summary>
    MemoryMapAndLock = 3,

    /// <summary>Read with direct I/O, bypassing the file cache, where supported.</summary>
    DirectIo = 4,
}

/// <summary>How a model is split over several GPUs. The values match <c>llama_split_mode</c> in llama.h.</summary>
public enum GpuSplitMode
{
    /// <summary>No split; one GPU has the whole model.</summary>
    None = 0,

    /// <summary>By layer, including its KV cache.</summary>
    Layer = 1,

    /// <summary>By rows of the matrices.</summary>
    Row = 2,

    /// <summary>Tensor parallelism.</summary>
    Tensor = 3,
}

/// <summary>The tokenizer's algorithm. The values match <c>llama_vocab_type</c> in llama.h.</summary>
public enum VocabularyType
{
    /// <summary>The model has no vocabulary.</summary>
    None = 0,

    /// <summary>SentencePiece with byte fallback (LLaMA 1 and 2, Mistral).</summary>
    SentencePiece = 1,

    /// <summary>Byte-level byte-pair encoding (GPT-2, Llama 3, Qwen).</summary>
    BytePairEncoding = 2,

    /// <summary>WordPiece (BERT).</summary>
    WordPiece = 3,

    /// <summary>Unigram (T5).</summary>
    Unigram = 4,

    /// <summary>Greedy matching (RWKV).</summary>
    Rwkv = 5,

    /// <summary>PLaMo-2.</summary>
    Plamo2 = 6,
}

/// <summary>The attributes of a token. The values match <c>llama_token_attr</c> in llama.h.</summary>
[Flags]
public enum TokenAttributes
{
    /// <summary>No attributes.</summary>
    None = 0,

    /// <summary>The unknown token, for text outside the vocabulary.</summary>
    Unknown = 1 << 0,

    /// <summary>An unused token.</summary>
    Unused = 1 << 1,

    /// <summary>Ordinary text.</summary>
    Normal = 1 << 2,

    /// <summary>A control token, which is not text.</summary>
    Control = 1 << 3,

    /// <summary>A user-defined token, matched before the text is tokenized.</summary>
    UserDefined = 1 << 4,

    /// <summary>A single byte.</summary>
    Byte = 1 << 5,

    /// <summary>The text is normalised before matching.</summary>
    Normalized = 1 << 6,

    /// <summary>Strips white space to its left.</summary>
    LeftStrip = 1 << 7,

    /// <summary>Strips white space to its right.</summary>
    RightStrip = 1 << 8,

    /// <summary>Matched only as a whole word.</summary>
    SingleWord = 1 << 9,
}
