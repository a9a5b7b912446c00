using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LlamaNative.Merging.Recipe;

/// <summary>
/// Reads YAML into <see cref="YamlNode"/>s from parser events. Limits on characters, depth and nodes after expanding aliases
/// bound time and memory.
/// </summary>
internal sealed class YamlTree
{
    public const int MaxCharacters = 1 << 20;
    public const int MaxDepth = 32;
    public const int MaxNodes = 100_000;

    private readonly Parser _parser;
    private readonly string? _file;
    private readonly Dictionary<string, YamlNode?> _anchors = new(StringComparer.Ordinal);
    private readonly List<string> _warnings;
    private int _nodes;

    private YamlTree(string yaml, string? file, List<string> warnings)
    {
        _parser = new Parser(new StringReader(yaml));
        _file = file;
        _warnings = warnings;
    }

    /// <summary>Reads the single document of a text.</summary>
    /// <exception cref="MergeException">The text is not YAML, has several documents, or exceeds the limits.</exception>
    public static YamlNode Read(string yaml, string? file, List<string> warnings)
    {
        if (yaml.Length > MaxCharacters)
        {
            throw TooLong(file);
        }

        var tree = new YamlTree(yaml, file, warnings);
        try
        {
            return tree.ReadDocument();
        }
        catch (YamlException error)
        {
            throw new MergeException("invalid YAML: " + error.InnerMessage(), file, line: (int)error.Start.Line, innerException: error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // For some malformed text, such as an unclosed bracket, the scanner throws other exceptions than YamlException.
            throw new MergeException("invalid YAML: unexpected end of a value", file, line: tree.Line, innerException: error);
        }
    }

    /// <summary>The error for a text beyond <see cref="MaxCharacters"/>.</summary>
    public static MergeException TooLong(string? file) => new($"the recipe exceeds {MaxCharacters} characters", file);

    private YamlNode ReadDocument()
    {
        Next<StreamStart>();
        if (_parser.Current is StreamEnd)
        {
            throw new MergeException("the recipe is empty", _file);
        }

        Next<DocumentStart>();
        YamlNode root = ReadNode(0);
        Next<DocumentEnd>();
        return _parser.Current is StreamEnd ? root : throw Error("a recipe must be a single YAML document");
    }

    private YamlNode ReadNode(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Error($"the recipe is nested deeper than {MaxDepth} levels");
        }

        if (++_nodes > MaxNodes)
        {
            throw Error($"the recipe has more than {MaxNodes} values");
        }

        switch (_parser.Current)
        {
            case Scalar scalar:
                _parser.MoveNext();
                return Remember(scalar.Anchor, new YamlNode
                {
                    Kind = YamlKind.Scalar,
                    Line = (int)scalar.Start.Line,
                    Text = scalar.Value,
                    Plain = scalar.Style == ScalarStyle.Plain,
                });
            case SequenceStart start:
                _parser.MoveNext();
                Reserve(start.Anchor);
                return Remember(start.Anchor, ReadSequence((int)start.Start.Line, depth));
            case MappingStart start:
                _parser.MoveNext();
                Reserve(start.Anchor);
                return Remember(start.Anchor, ReadMapping((int)start.Start.Line, depth));
            case AnchorAlias alias:
                YamlNode node = _anchors.TryGetValue(alias.Value.Value, out YamlNode? known)
                    ? known ?? throw Error($"the alias '*{alias.Value.Value}' contains itself")
                    : throw Error($"the alias '*{alias.Value.Value}' has no matching anchor");
                _parser.MoveNext();
                return node;
            default:
                throw Error("missing value");
        }
    }

    private YamlNode ReadSequence(int line, int depth)
    {
        var items = new List<YamlNode>();
        int size = 1;
        while (_parser.Current is not SequenceEnd)
        {
            YamlNode item = ReadNode(depth + 1);
            size = Grow(size, item);
            items.Add(item);
        }

        _parser.MoveNext();
        return new YamlNode { Kind = YamlKind.Sequence, Line = line, Items = items, Size = size };
    }

    private YamlNode ReadMapping(int line, int depth)
    {
        var entries = new OrderedDictionary<string, YamlNode>(StringComparer.Ordinal);
        var merged = new List<YamlNode>();
        int size = 1;
        while (_parser.Current is not MappingEnd)
        {
            YamlNode key = ReadNode(depth + 1);
            if (key.Kind != YamlKind.Scalar)
            {
                throw new MergeException("a key must be a string", _file, line: key.Line);
            }

            YamlNode value = ReadNode(depth + 1);
            size = Grow(size, value);
            if (key is { Text: "<<", Plain: true })
            {
                merged.Add(value);
            }
            else
            {
                if (entries.ContainsKey(key.Text))
                {
                    _warnings.Add($"line {key.Line}: duplicate key '{key.Text}'; the last one is used");
                }

                entries[key.Text] = value;
            }
        }

        _parser.MoveNext();
        foreach (YamlNode source in merged.SelectMany(node => node.Kind == YamlKind.Sequence ? node.Items : [node]))
        {
            if (source.Kind != YamlKind.Mapping)
            {
                throw new MergeException("the value of '<<' must be a mapping or a list of mappings", _file, line: source.Line);
            }

            // The mapping's own keys take precedence, as YAML's merge keys require.
            foreach ((string name, YamlNode value) in source.Entries)
            {
                entries.TryAdd(name, value);
            }
        }

        return new YamlNode { Kind = YamlKind.Mapping, Line = line, Entries = [.. entries], Size = size };
    }

    /// <summary>Marks an anchor whose node is still being read, to detect an alias inside its own node.</summary>
    private void Reserve(AnchorName anchor)
    {
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = null;
        }
    }

    private YamlNode Remember(AnchorName anchor, YamlNode node)
    {
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = node;
        }

        return node;
    }

    private int Grow(int size, YamlNode child) =>
        child.Size <= MaxNodes - size
            ? size + child.Size
            : throw Error($"the recipe has more than {MaxNodes} values after expanding aliases");

    private void Next<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is null)
        {
            _parser.MoveNext();
        }

        if (_parser.Current is not T)
        {
            throw Error($"expected {typeof(T).Name}");
        }

        _parser.MoveNext();
    }

    private int? Line => _parser.Current is { } current ? (int)current.Start.Line : null;

    private MergeException Error(string message) => new(message, _file, line: Line);
}

internal static class YamlErrors
{
    /// <summary>The message without the position, which the error reports separately.</summary>
    public static string InnerMessage(this YamlException error)
    {
        string message = error.Message;
        int end = message.IndexOf("): ", StringComparison.Ordinal);
        return end < 0 ? message : message[(end + 3)..];
    }
}
