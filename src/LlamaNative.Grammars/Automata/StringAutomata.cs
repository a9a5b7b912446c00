namespace LlamaNative.Grammars.Automata;

/// <summary>A deterministic automaton whose states are created on demand; -1 is the dead state.</summary>
internal interface IStringAutomaton
{
    /// <summary>The character sets that the automaton distinguishes.</summary>
    IEnumerable<CodePointSet> Sets { get; }

    /// <summary>Sets the alphabet and returns the start state.</summary>
    int Start(Alphabet alphabet);

    int Next(int state, int letter);

    bool Accepts(int state);
}

/// <summary>Strings whose length in code points is within bounds.</summary>
internal sealed class LengthAutomaton(int minimum, int? maximum) : IStringAutomaton
{
    public IEnumerable<CodePointSet> Sets => [];

    public int Start(Alphabet alphabet) => 0;

    public int Next(int state, int letter) => maximum is null ? Math.Min(state + 1, minimum) : state < maximum ? state + 1 : -1;

    public bool Accepts(int state) => state >= minimum;
}

/// <summary>The strings that another automaton does not accept.</summary>
internal sealed class ComplementAutomaton(IStringAutomaton inner) : IStringAutomaton
{
    private const int Dead = 0; // where the other one has no way on, everything is accepted

    public IEnumerable<CodePointSet> Sets => inner.Sets;

    public int Start(Alphabet alphabet) => inner.Start(alphabet) + 1;

    public int Next(int state, int letter) => state == Dead ? Dead : inner.Next(state - 1, letter) + 1;

    public bool Accepts(int state) => state == Dead || !inner.Accepts(state - 1);
}

/// <summary>Digits, with any other characters between them, that are a multiple of a number. A state is a remainder.</summary>
internal sealed class MultipleAutomaton(int step) : IStringAutomaton
{
    private readonly Dictionary<int, int> _digits = [];

    public IEnumerable<CodePointSet> Sets => Enumerable.Range('0', 10).Select(digit => CodePointSet.Of(digit, digit));

    public int Start(Alphabet alphabet)
    {
        _digits.Clear();
        for (int digit = 0; digit < 10; digit++)
        {
            _digits.Add(alphabet.LetterOf('0' + digit), digit);
        }

        return 0;
    }

    public int Next(int state, int letter) => _digits.TryGetValue(letter, out int digit) ? ((state * 10) + digit) % step : state;

    public bool Accepts(int state) => state == 0;
}

/// <summary>All strings except the given ones.</summary>
internal sealed class OtherThanAutomaton : IStringAutomaton
{
    private const int Elsewhere = 0;

    private readonly Dictionary<(int State, int CodePoint), int> _trie = [];
    private readonly HashSet<int> _refused = [];
    private readonly Dictionary<(int State, int Letter), int> _moves = [];

    public OtherThanAutomaton(IEnumerable<string> strings)
    {
        int count = 2;
        foreach (string text in strings)
        {
            int state = 1;
            foreach (System.Text.Rune rune in text.EnumerateRunes())
            {
                if (!_trie.TryGetValue((state, rune.Value), out int next))
                {
                    next = count++;
                    _trie.Add((state, rune.Value), next);
                }

                state = next;
            }

            _refused.Add(state);
        }
    }

    public IEnumerable<CodePointSet> Sets =>
        _trie.Keys.Select(key => key.CodePoint).Distinct().Select(codePoint => CodePointSet.Of(codePoint, codePoint));

    public int Start(Alphabet alphabet)
    {
        Dictionary<int, int> letters = _trie.Keys.Select(key => key.CodePoint).Distinct().ToDictionary(codePoint => codePoint,
            alphabet.LetterOf);
        _moves.Clear();
        foreach (((int state, int codePoint), int next) in _trie)
        {
            _moves.Add((state, letters[codePoint]), next);
        }

        return 1;
    }

    public int Next(int state, int letter) => _moves.GetValueOrDefault((state, letter), Elsewhere);

    public bool Accepts(int state) => !_refused.Contains(state);
}
