namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// Rules for arrays. Without a schema for further items, an array has exactly its positional items, as in llama.cpp. minItems
/// can make the last of them optional; a minimum beyond them requires further items.
/// </summary>
internal sealed class ArrayRules
{
    private readonly SchemaGrammarWriter _writer;
    private readonly ArrayShape _shape;
    private readonly string _hint;
    private readonly int _minimum;
    private readonly int _maximum;

    public ArrayRules(SchemaGrammarWriter writer, ArrayShape shape, string hint)
    {
        _writer = writer;
        _shape = shape;
        _hint = hint;
        int prefix = shape.Prefix.Count;
        bool open = shape.Items is not null
            ? writer.IsPossible(shape.Items)
            : prefix == 0 || shape.Minimum > prefix || shape.Maximum > prefix;
        int firstImpossible = shape.Prefix.TakeWhile(writer.IsPossible).Count();
        int most = firstImpossible < prefix ? firstImpossible : open ? int.MaxValue : prefix;
        _maximum = Math.Min(most, shape.Maximum ?? int.MaxValue);
        _minimum = shape.Minimum ?? Math.Min(prefix, _maximum);
    }

    /// <summary>Whether a valid array exists that is short enough to generate.</summary>
    public bool IsPossible => _minimum <= _maximum && _minimum <= SchemaLimits.Length;

    public string Write()
    {
        _writer.Rules.Json("space");
        if (_maximum == 0)
        {
            return "\"[\" space \"]\"";
        }

        string first = $"{Item(0)} {After(1)}".TrimEnd();
        return _minimum == 0 ? $"\"[\" space ({first} space)? \"]\"" : $"\"[\" space {first} space \"]\"";
    }

    private string Item(int index) => _writer.Value(_shape.At(index), _hint + (index < _shape.Prefix.Count ? $"-{index}" : "-item"));

    /// <summary>What may follow the given number of items.</summary>
    private string After(int count)
    {
        List<string> sequence = [];
        while (count < _shape.Prefix.Count && count < _minimum)
        {
            sequence.Add($"\",\" space {Item(count++)}");
        }

        if (count < _shape.Prefix.Count)
        {
            int from = count;
            sequence.Add(count < _maximum ? _writer.Rules.Rule($"array {_shape.Key} {count}", _hint + "-rest",
                () => $"| \",\" space {Item(from)} {After(from + 1)}".TrimEnd()) : "");
        }
        else if (count < _maximum)
        {
            string more = _writer.Rules.Rule(_hint + "-more", $"\",\" space {Item(count)}");
            sequence.Add(Repetition.Write(_writer.Rules, more, Math.Max(_minimum - count, 0),
                _maximum == int.MaxValue ? null : _maximum - count));
        }

        return string.Join(' ', sequence).Trim();
    }
}
