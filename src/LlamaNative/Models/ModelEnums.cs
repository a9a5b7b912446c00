namespace LlamaNative.Models;

/// <summary>How weights come into memory; the values are those of <c>llama_load_mode</c>.</summary>
public enum ModelLoadMode
{
    /// <summary>What llama.cpp thinks best for the devices in use.</summary>
    Auto = -1,

    /// <summary>Read into allocated memory.</summary>
    Read = 0,

    /// <summary>Mapped from the file: loads at once, shared between processes, paged by the system.</summary>
    MemoryMap = 1,

    /// <summary>Read, and locked so that the system never swaps it out.</summary>
    MemoryLock = 2,

    /// <summary>Mapped and locked.</summary>
    MemoryMapAndLock = 3,

    /// <summary>Read past the system's file cache where that is possible.</summary>
    DirectIo = 4,
}

/// <summary>How a model is divided over several GPUs; the values are those of <c>llama_split_mode</c>.</summary>
public enum GpuSplitMode
{
    /// <summary>One GPU takes all.</summary>
    None = 0,

    /// <summary>Whole layers, and their KV cache, per GPU.</summary>
    Layer = 1,

    /// <summary>Rows of the matrices per GPU.</summary>
    Row = 2,

    /// <summary>Tensor parallelism over all GPUs.</summary>
    Tensor = 3,
}

/// <summary>The tokenizer's algorithm; the values are those of <c>llama_vocab_type</c>.</summary>
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

/// <summary>What a token is; the values are those of <c>llama_token_attr</c>.</summary>
[Flags]
public enum TokenAttributes
{
    /// <summary>Nothing is said of it.</summary>
    None = 0,

    /// <summary>Stands for text outside the vocabulary.</summary>
    Unknown = 1 << 0,

    /// <summary>Never produced or consumed.</summary>
    Unused = 1 << 1,

    /// <summary>Ordinary text.</summary>
    Normal = 1 << 2,

    /// <summary>Steers the model and is not text.</summary>
    Control = 1 << 3,

    /// <summary>Added by the model's makers and matched as a whole.</summary>
    UserDefined = 1 << 4,

    /// <summary>One raw byte.</summary>
    Byte = 1 << 5,

    /// <summary>Its text is normalised before matching.</summary>
    Normalized = 1 << 6,

    /// <summary>Swallows white space to its left.</summary>
    LeftStrip = 1 << 7,

    /// <summary>Swallows white space to its right.</summary>
    RightStrip = 1 << 8,

    /// <summary>Matched only as a whole word.</summary>
    SingleWord = 1 << 9,
}
