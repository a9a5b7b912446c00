namespace LlamaNative.Templates;

/// <summary>What a rendering depends on besides the template and its variables.</summary>
public sealed record RenderOptions
{
    /// <summary>The options used where none are given.</summary>
    public static RenderOptions Default { get; } = new();

    /// <summary>What <c>strftime_now</c> reads, as local time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Variables whose text counts as the template's own instead of as input, because whoever made the model wrote it:
    /// the special tokens, unless set.
    /// </summary>
    public IReadOnlyCollection<string> TrustedVariables { get; init; } =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
}
