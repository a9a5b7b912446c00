namespace LlamaNative.Gguf;

/// <summary>The type of a token (<c>enum llama_token_type</c> in llama.h, stored in tokenizer.ggml.token_type).</summary>
public enum GgufTokenType
{
    /// <summary>Plain text.</summary>
    Normal = 1,

    /// <summary>The unknown token, for text outside the vocabulary.</summary>
    Unknown = 2,

    /// <summary>A control token without text, such as end of turn.</summary>
    Control = 3,

    /// <summary>A user-defined token, matched before the text is tokenized.</summary>
    UserDefined = 4,

    /// <summary>An unused id.</summary>
    Unused = 5,

    /// <summary>A single byte, written as <c>&lt;0x0A&gt;</c>.</summary>
    Byte = 6,
}

/// <summary>A token to append to a vocabulary.</summary>
/// <param name="Text">The text, which must not be in the vocabulary yet.</param>
public sealed record GgufToken(string Text)
{
    /// <summary>The token's type.</summary>
    public GgufTokenType Type { get; init; } = GgufTokenType.Control;

    /// <summary>The score; used only if the vocabulary has scores.</summary>
    public float Score { get; init; }

    /// <summary>The new row of token_embd.weight, encoded in that tensor's type; null for the mean of the existing rows.</summary>
    public ReadOnlyMemory<byte>? Embedding { get; init; }

    /// <summary>
    /// The new row of output.weight, encoded in that tensor's type, if the model has it; null for the mean of the existing rows.
    /// </summary>
    public ReadOnlyMemory<byte>? Output { get; init; }
}
