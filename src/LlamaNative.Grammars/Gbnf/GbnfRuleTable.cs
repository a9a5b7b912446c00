namespace LlamaNative.Grammars.Gbnf;

/// <summary>Collects rules during parsing and numbers them like llama.cpp.</summary>
internal sealed class GbnfRuleTable
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<Entry> _entries = [];
    private long _elements;

    /// <summary>Number of rules named, referenced or synthesized so far.</summary>
    public int Count => _entries.Count;

    /// <summary>The id of a named rule, assigned when the name first occurs.</summary>
    public int IdOf(string name, int position)
    {
        if (!_ids.TryGetValue(name, out int id))
        {
            id = Synthesize(name);
            _ids.Add(name, id);
            _entries[id] = _entries[id] with { Position = position };
        }

        return id;
    }

    /// <summary>Creates a rule for a group or a repetition inside the named rule.</summary>
    public int Synthesize(string name)
    {
        _entries.Add(new Entry(name, 0, null));
        return _entries.Count - 1;
    }

    /// <summary>Sets a rule; a second definition of a name replaces the first, as in llama.cpp.</summary>
    public void Define(int id, List<GbnfElement> elements) => _entries[id] = _entries[id] with { Elements = [.. elements] };

    /// <summary>Counts elements before they are created, so that a short text cannot expand to a huge grammar.</summary>
    public void Reserve(long elements, GbnfScanner scanner)
    {
        _elements += elements;
        if (_elements > GbnfLimits.Elements)
        {
            throw scanner.Error($"the grammar has more than {GbnfLimits.Elements} elements after expanding repetitions.");
        }
    }

    /// <summary>Checks that the root and every referenced rule exist, and returns the rules.</summary>
    public GbnfRules Build(string root, bool usesTokenText, GbnfScanner scanner)
    {
        // A name used only in a replaced definition may stay undefined if its id is greater than those of all defined rules.
        int count = _entries.FindLastIndex(entry => entry.Elements is not null) + 1;
        foreach (Entry entry in _entries[..count])
        {
            Require(entry, scanner);
            foreach (GbnfElement element in entry.Elements!)
            {
                if (element.IsReference)
                {
                    Require(_entries[(int)element.Value], scanner);
                }
            }
        }

        if (!_ids.TryGetValue(root, out int id) || id >= count)
        {
            throw new GbnfException($"the root rule '{root}' is not defined.");
        }

        return new GbnfRules(
            [.. _entries[..count].Select(entry => entry.Elements!)],
            [.. _entries[..count].Select(entry => entry.Name)],
            id,
            usesTokenText);
    }

    private static void Require(Entry entry, GbnfScanner scanner)
    {
        if (entry.Elements is null)
        {
            throw scanner.Error($"the rule '{entry.Name}' is not defined.", entry.Position);
        }
    }

    private readonly record struct Entry(string Name, int Position, GbnfElement[]? Elements);
}
