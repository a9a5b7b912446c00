using System.Runtime.InteropServices;

namespace LlamaNative.Grammars.Automata;

/// <summary>Numbers the states of an automaton that are themselves lists of states, in the order they are met.</summary>
internal sealed class StateNumbers : IEqualityComparer<int[]>
{
    private readonly Dictionary<int[], int> _numbers;
    private readonly List<int[]> _states = [];

    public StateNumbers() => _numbers = new Dictionary<int[], int>(this);

    public int Count => _states.Count;

    public int[] this[int number] => _states[number];

    /// <summary>A state that stays apart from any other of the same content.</summary>
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
