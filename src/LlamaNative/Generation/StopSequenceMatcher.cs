using System.Text;

namespace LlamaNative.Generation;

/// <summary>
/// Searches a byte stream for several stop sequences at once, byte by byte (Knuth-Morris-Pratt), and tracks how many of the
/// last bytes may be the beginning of one.
/// </summary>
internal sealed class StopSequenceMatcher
{
    private readonly string[] _sequences;
    private readonly byte[][] _patterns;
    private readonly int[][] _failures;
    private readonly int[] _matched;

    public StopSequenceMatcher(IReadOnlyList<string> sequences)
    {
        _sequences = new string[sequences.Count];
        for (int i = 0; i < _sequences.Length; i++)
        {
            _sequences[i] = sequences[i] is { Length: > 0 } sequence
                ? sequence
                : throw new ArgumentException("A stop sequence must not be empty.", nameof(sequences));
        }

        _patterns = Array.ConvertAll(_sequences, Encoding.UTF8.GetBytes);
        _failures = Array.ConvertAll(_patterns, FailureFunction);
        _matched = new int[_patterns.Length];
    }

    /// <summary>Number of trailing bytes that may be the beginning of a stop sequence.</summary>
    public int Undecided { get; private set; }

    /// <summary>The sequence that was found, or null.</summary>
    public string? Found { get; private set; }

    /// <summary>Processes the next byte. Returns the length in bytes of the longest sequence it completes, or 0.</summary>
    public int Next(byte value)
    {
        int undecided = 0;
        int found = 0;
        for (int i = 0; i < _patterns.Length; i++)
        {
            byte[] pattern = _patterns[i];
            int matched = _matched[i];
            while (matched > 0 && pattern[matched] != value)
            {
                matched = _failures[i][matched - 1];
            }

            matched = pattern[matched] == value ? matched + 1 : 0;
            if (matched == pattern.Length)
            {
                if (matched > found)
                {
                    found = matched;
                    Found = _sequences[i];
                }

                matched = _failures[i][matched - 1];
            }

            _matched[i] = matched;
            undecided = Math.Max(undecided, matched);
        }

        Undecided = undecided;
        return found;
    }

    /// <summary>
    /// For each prefix of the pattern, the length of its longest proper prefix that is also a suffix (KMP failure function).
    /// </summary>
    private static int[] FailureFunction(byte[] pattern)
    {
        int[] failure = new int[pattern.Length];
        int length = 0;
        for (int i = 1; i < pattern.Length; i++)
        {
            while (length > 0 && pattern[i] != pattern[length])
            {
                length = failure[length - 1];
            }

            if (pattern[i] == pattern[length])
            {
                length++;
            }

            failure[i] = length;
        }

        return failure;
    }
}
