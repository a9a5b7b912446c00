namespace LlamaNative.Templates;

/// <summary>Settings of a rendering besides the template and its variables.</summary>
public sealed record RenderOptions
{
    /// <summary>The default options.</summary>
    public static RenderOptions Default { get; } = new();

    /// <summary>The clock for <c>strftime_now</c>, in local time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Variables whose text counts as template text instead of input because the model's author wrote it. The default is the
    /// special tokens.
    /// </summary>
    public IReadOnlyCollection<string> TrustedVariables { get; init; } =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
}
