using System.Runtime.InteropServices;

namespace LlamaNative.Grammars.Automata;

/// <summary>Numbers the states of an automaton, which are lists of states themselves, in order of discovery.</summary>
internal sealed class StateNumbers : IEqualityComparer<int[]>
{
    private readonly Dictionary<int[], int> _numbers;
    private readonly List<int[]> _states = [];

    public StateNumbers() => _numbers = new Dictionary<int[], int>(this);

    public int Count => _states.Count;

    public int[] this[int number] => _states[number];

    /// <summary>Adds a state that stays distinct from others with the same content.</summary>
    public int Add(int[] state)
    {
        _states.Add(state);
        return _states.Count - 1;
    }

    public int NumberOf(int[] state)
    {
        if (!_numbers.TryGetValue(state, out int number))
        {
            number = Add(state);
            _numbers.Add(state, number);
        }

        return number;
    }

    bool IEqualityComparer<int[]>.Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

    int IEqualityComparer<int[]>.GetHashCode(int[] state)
    {
        HashCode hash = default;
        hash.AddBytes(MemoryMarshal.AsBytes(state.AsSpan()));
        return hash.ToHashCode();
    }
}
