using System.Text;

namespace LlamaNative.Grammars.Schemas;

/// <summary>
/// The rules of the grammar being written. Rules with the same key are written once. Bodies are written later, from a queue, so
/// that schemas can be recursive and nesting uses no stack.
/// </summary>
internal sealed class RuleTable
{
    private const int MaxNameLength = 48;

    private readonly Dictionary<string, string> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _bodies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _suffixes = new(StringComparer.Ordinal);
    private readonly Queue<(string Name, Func<string> Body)> _unwritten = new();
    private long _length;

    public RuleTable()
    {
        _bodies.Add("root", "");
        foreach (string name in JsonRules.Names)
        {
            _bodies.Add(name, "");
        }
    }

    /// <summary>The name of a JSON rule, which is added with the rules it uses.</summary>
    public string Json(string name)
    {
        if (_bodies[name].Length == 0)
        {
            Define(name, JsonRules.Body(name));
            foreach (string used in JsonRules.UsedBy(name))
            {
                Json(used);
            }
        }

        return name;
    }

    /// <summary>The name of the rule with this key; its body is written later.</summary>
    public string Rule(string key, string hint, Func<string> body)
    {
        if (!_byKey.TryGetValue(key, out string? name))
        {
            name = NewName(hint);
            _byKey.Add(key, name);
            _unwritten.Enqueue((name, body));
        }

        return name;
    }

    /// <summary>The name of the rule with this body.</summary>
    public string Rule(string hint, string body) => Rule("= " + body, hint, () => body);

    /// <summary>Writes all requested rules, starting with the given root.</summary>
    public string Write(Func<string> root)
    {
        Define("root", root());
        while (_unwritten.TryDequeue(out (string Name, Func<string> Body) rule))
        {
            Define(rule.Name, rule.Body());
        }

        StringBuilder text = new();
        foreach ((string name, string body) in _bodies)
        {
            if (body.Length > 0)
            {
                text.Append(name).Append(" ::= ").Append(body).Append('\n');
            }
        }

        return text.ToString();
    }

    private void Define(string name, string body)
    {
        _length += name.Length + body.Length + 6;
        if (_length > Gbnf.GbnfLimits.TextLength)
        {
            throw new GbnfException($"the text has more than {Gbnf.GbnfLimits.TextLength} characters.");
        }

        _bodies[name] = body;
    }

    private string NewName(string hint)
    {
        if (_bodies.Count >= SchemaLimits.Rules)
        {
            throw new GbnfException($"the grammar has more than {SchemaLimits.Rules} rules.");
        }

        string stem = string.Concat(hint.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        stem = stem.Length == 0 ? "value" : stem.Length > MaxNameLength ? stem[..MaxNameLength] : stem;
        string name = stem;
        while (!_bodies.TryAdd(name, ""))
        {
            int suffix = _suffixes[stem] = _suffixes.GetValueOrDefault(stem, 1) + 1;
            name = $"{stem}-{suffix}";
        }

        return name;
    }
}
