namespace LlamaNative.Grammars.Gbnf;

/// <summary>
/// The bounds a grammar must keep. Those named after llama.cpp are its own; the others lie far above any real grammar
/// and far below what exhausts a thread's stack, memory or patience in native code.
/// </summary>
internal static class GbnfLimits
{
    /// <summary>Characters of grammar text.</summary>
    public const int TextLength = 1 << 20;

    /// <summary>Groups within groups: llama.cpp's parser recurses once per level.</summary>
    public const int Nesting = 256;

    /// <summary>Elements of all rules together, after repetitions are written out.</summary>
    public const int Elements = 1_000_000;

    /// <summary>llama.cpp's MAX_REPETITION_THRESHOLD (src/llama-grammar.cpp).</summary>
    public const int Repetition = 2000;

    /// <summary>Rules that begin with one another in a chain: llama.cpp's search for left recursion recurses along it.</summary>
    public const int LeftDepth = 2000;

    /// <summary>
    /// Ways one rule can begin, with every path counted: llama.cpp walks each of them, both when it looks for left
    /// recursion and whenever it expands the rule, so n rules of two alternatives each can cost 2^n steps.
    /// </summary>
    public const long LeftPaths = 50_000;

    /// <summary>Paths of the whole search for left recursion, which visits a rule again for every path to it.</summary>
    public const long LeftPathsInAll = 10_000_000;
}
