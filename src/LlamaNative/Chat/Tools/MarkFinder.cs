using System.Text;

namespace LlamaNative.Chat;

/// <summary>Finds a marker in a text that arrives character by character (Knuth-Morris-Pratt).</summary>
internal sealed class MarkFinder
{
    private readonly string _mark;
    private readonly int[] _fallback;
    private int _matched;

    public MarkFinder(string mark)
    {
        _mark = mark;
        _fallback = new int[mark.Length];
        for (int i = 1, matched = 0; i < mark.Length; i++)
        {
            while (matched > 0 && mark[i] != mark[matched])
            {
                matched = _fallback[matched - 1];
            }

            matched += mark[i] == mark[matched] ? 1 : 0;
            _fallback[i] = matched;
        }
    }

    /// <summary>The trailing characters that may be the beginning of the marker.</summary>
    public ReadOnlySpan<char> Pending => _mark.AsSpan(0, _matched);

    /// <summary>Processes the next character; returns true if it completes the marker.</summary>
    public bool Next(char character) => Next(character, null);

    /// <summary>Same, and appends characters that can no longer be part of the marker to <paramref name="passed"/>.</summary>
    public bool Next(char character, StringBuilder? passed)
    {
        while (_matched > 0 && _mark[_matched] != character)
        {
            int shorter = _fallback[_matched - 1];
            passed?.Append(_mark, 0, _matched - shorter);
            _matched = shorter;
        }

        if (_mark[_matched] != character)
        {
            passed?.Append(character);
            return false;
        }

        if (++_matched < _mark.Length)
        {
            return false;
        }

        _matched = 0;
        return true;
    }
}
