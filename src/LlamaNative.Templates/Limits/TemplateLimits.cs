namespace LlamaNative.Templates;

/// <summary>
/// Resource limits for a template. Chat templates come from model files and are as untrusted as the file: parsing and rendering
/// finish within these limits or throw <see cref="TemplateException"/>.
/// </summary>
/// <remarks>The defaults suffice for a prompt of a million tokens and protect the host against malicious templates.</remarks>
public sealed record TemplateLimits
{
    /// <summary>The default limits.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>Maximum length of the template source in UTF-16 code units.</summary>
    public int MaxSourceLength { get; init; } = 1 << 20;

    /// <summary>Maximum nesting of parentheses, operators and blocks in the source.</summary>
    public int MaxSyntaxDepth { get; init; } = 100;

    /// <summary>Maximum nesting of calls of macros, callers and recursive loops.</summary>
    public int MaxCallDepth { get; init; } = 200;

    /// <summary>Maximum number of statements, loop iterations and elements visited in one rendering.</summary>
    public long MaxSteps { get; init; } = 20_000_000;

    /// <summary>Maximum length of the rendered text in UTF-16 code units.</summary>
    public int MaxOutputLength { get; init; } = 32 << 20;

    /// <summary>
    /// Maximum total bytes of strings, lists and dictionaries created in one rendering, including those already
    /// garbage-collected; checked before each allocation.
    /// </summary>
    public long MaxAllocatedBytes { get; init; } = 512L << 20;

    /// <summary>Maximum wall-clock time of one rendering.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(10);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxSourceLength);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxSyntaxDepth);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxCallDepth);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxOutputLength);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxAllocatedBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTime, TimeSpan.Zero);
    }
}
