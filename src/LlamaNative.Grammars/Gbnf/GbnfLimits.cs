namespace LlamaNative.Grammars.Gbnf;

/// <summary>
/// Limits for grammars. Those attributed to llama.cpp are its own; the others are far above any real grammar and far below what
/// exhausts native stack, memory or time.
/// </summary>
internal static class GbnfLimits
{
    /// <summary>Characters of grammar text.</summary>
    public const int TextLength = 1 << 20;

    /// <summary>Nesting depth of groups: llama.cpp's parser recurses once per level.</summary>
    public const int Nesting = 256;

    /// <summary>Total elements of all rules after expanding repetitions.</summary>
    public const int Elements = 1_000_000;

    /// <summary>llama.cpp's MAX_REPETITION_THRESHOLD (src/llama-grammar.cpp).</summary>
    public const int Repetition = 2000;

    /// <summary>Length of a chain of leftmost references: llama.cpp's left-recursion check recurses along it.</summary>
    public const int LeftDepth = 2000;

    /// <summary>
    /// Number of distinct ways a rule can begin. llama.cpp walks each of them when it checks for left recursion and whenever it
    /// expands the rule, so n rules of two alternatives can cost 2^n steps.
    /// </summary>
    public const long LeftPaths = 50_000;

    /// <summary>Total paths of the left-recursion check, which visits a rule again for every path to it.</summary>
    public const long LeftPathsInAll = 10_000_000;
}
