namespace LlamaNative.Gguf;

/// <summary>What a token of the vocabulary is (<c>enum llama_token_type</c> in llama.h, stored under tokenizer.ggml.token_type).</summary>
public enum GgufTokenType
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>Stands for what the vocabulary cannot say.</summary>
    Unknown = 2,

    /// <summary>Steers the model and has no text of its own, such as an end of turn.</summary>
    Control = 3,

    /// <summary>Text that is matched whole before the tokenizer splits anything.</summary>
    UserDefined = 4,

    /// <summary>A place held free.</summary>
    Unused = 5,

    /// <summary>One byte, written as <c>&lt;0x0A&gt;</c>.</summary>
    Byte = 6,
}

/// <summary>A token to add to the end of a vocabulary.</summary>
/// <param name="Text">The text, which the vocabulary must not have yet.</param>
public sealed record GgufToken(string Text)
{
    /// <summary>What the token is.</summary>
    public GgufTokenType Type { get; init; } = GgufTokenType.Control;

    /// <summary>The score, where the vocabulary has scores.</summary>
    public float Score { get; init; }

    /// <summary>The new row of token_embd.weight, encoded in that tensor's type; null for the mean of the rows there are.</summary>
    public ReadOnlyMemory<byte>? Embedding { get; init; }

    /// <summary>The new row of output.weight, where the model has that tensor; null for the mean of the rows there are.</summary>
    public ReadOnlyMemory<byte>? Output { get; init; }
}
