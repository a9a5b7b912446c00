namespace LlamaNative.Templates;

/// <summary>
/// How much a template may cost. A chat template comes out of a model file and is as untrusted as the file:
/// whatever it contains, parsing and rendering end within these bounds or with a <see cref="TemplateException"/>.
/// </summary>
/// <remarks>The defaults leave a prompt of a million tokens room and stop everything that could hurt a host.</remarks>
public sealed record TemplateLimits
{
    /// <summary>The limits used where none are given.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>The longest template source, in UTF-16 characters.</summary>
    public int MaxSourceLength { get; init; } = 1 << 20;

    /// <summary>The deepest nesting of parentheses, operators and blocks in the source.</summary>
    public int MaxSyntaxDepth { get; init; } = 100;

    /// <summary>The deepest chain of macros, callers and recursive loops that call one another.</summary>
    public int MaxCallDepth { get; init; } = 200;

    /// <summary>The number of statements, loop turns and elements visited in one rendering.</summary>
    public long MaxSteps { get; init; } = 20_000_000;

    /// <summary>The longest rendered text, in UTF-16 characters.</summary>
    public int MaxOutputLength { get; init; } = 32 << 20;

    /// <summary>
    /// Bytes of strings, lists and dictionaries that one rendering may create in all, those already
    /// collected included; it is asked before each allocation.
    /// </summary>
    public long MaxAllocatedBytes { get; init; } = 512L << 20;

    /// <summary>The wall-clock time of one rendering.</summary>
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
