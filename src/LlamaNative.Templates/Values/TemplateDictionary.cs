namespace LlamaNative.Templates;

/// <summary>A Python dict: keys in insertion order, any hashable value as key.</summary>
internal sealed class TemplateDictionary
{
    private readonly OrderedDictionary<DictionaryKey, TemplateValue> _entries;

    public TemplateDictionary(int capacity = 0) => _entries = new(capacity);

    public TemplateDictionary(TemplateDictionary other) => _entries = new(other._entries);

    public int Count => _entries.Count;

    public bool TryGet(string key, out TemplateValue value) => _entries.TryGetValue(new DictionaryKey(key), out value);

    public bool TryGet(in DictionaryKey key, out TemplateValue value) => _entries.TryGetValue(key, out value);

    public void Set(string key, in TemplateValue value) => _entries[new DictionaryKey(key)] = value;

    /// <summary>As in Python, an existing key keeps its position and its original form (1 stays 1 when True is set).</summary>
    public void Set(in DictionaryKey key, in TemplateValue value) => _entries[key] = value;

    public bool Remove(in DictionaryKey key, out TemplateValue value) => _entries.Remove(key, out value);

    public void Clear() => _entries.Clear();

    public TemplateValue KeyAt(int index) => _entries.GetAt(index).Key.Value;

    public TemplateValue ValueAt(int index) => _entries.GetAt(index).Value;

    public DictionaryKey HashKeyAt(int index) => _entries.GetAt(index).Key;
}
