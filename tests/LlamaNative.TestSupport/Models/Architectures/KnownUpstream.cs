namespace LlamaNative.TestSupport;

/// <summary>
/// What llama.cpp computes wrongly for an architecture and cannot be mended here: the library refuses the call with a typed error instead
/// of an answer that is wrong.
/// </summary>
public static class KnownUpstream
{
    private static readonly Dictionary<string, (string Reason, string[] Calls)> s_known = new()
    {
        ["plamo2"] = (
            "src/models/plamo2.cpp permutes tokens and sequences, so that the sequences of a batch are mixed up",
            ["two sequences", "keep and clear"]),
    };

    /// <summary>
    /// Architectures that llama.cpp b10221, the other release that the library accepts, does not know, knows with other tensors, or fails
    /// an assertion with: loading a model of these is refused.
    /// </summary>
    private static readonly HashSet<string> s_notInB10221 =
    [
        "bailingmoe3", "dots3note", "granite_swa", "graniteswitch", "kimi-k3", "minimax-01", "muse-glimmer", "pockettts", "qwen3tts",
        "qwen4exp", "deepseek4", "deepseek32", "glm-dsa", "minimax-m3",
    ];

    /// <summary>Whether the release that the tests run on can evaluate an architecture.</summary>
    public static bool CanEvaluate(string architecture) => NativeRelease.IsPinned || !s_notInB10221.Contains(architecture);

    /// <summary>Whether a call may refuse for this reason although the architecture's kind answers it.</summary>
    public static bool Refuses(string architecture, string call) =>
        (call == "quantize" && !NativeRelease.IsPinned) // no fallback for rows that are not whole blocks
        || (s_known.TryGetValue(architecture, out (string Reason, string[] Calls) known) && known.Calls.Contains(call));
}
