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

    /// <summary>Whether a call may refuse for this reason although the architecture's kind answers it.</summary>
    public static bool Refuses(string architecture, string call) =>
        s_known.TryGetValue(architecture, out (string Reason, string[] Calls) known) && known.Calls.Contains(call);
}
