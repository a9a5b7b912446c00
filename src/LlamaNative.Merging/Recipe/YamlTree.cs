using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LlamaNative.Merging.Recipe;

/// <summary>
/// Reads YAML into <see cref="YamlNode"/>s from the parser's events, within bounds: of characters, of depth, and of
/// nodes after aliases are written out, so that no document takes more than a moment or a few megabytes.
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

    /// <summary>Reads the one document of a text.</summary>
    /// <exception cref="MergeException">No YAML, more than one document, or beyond the bounds.</exception>
    public static YamlNode Read(string yaml, string? file, List<string> warnings)
    {
        if (yaml.Length > MaxCharacters)
        {
            throw new MergeException($"the recipe has {yaml.Length} characters, more than {MaxCharacters}", file);
        }

        var tree = new YamlTree(yaml, file, warnings);
        try
        {
            return tree.ReadDocument();
        }
        catch (YamlException error)
        {
            throw new MergeException("not YAML: " + error.InnerMessage(), file, line: (int)error.Start.Line, innerException: error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner trips over some malformed text instead of refusing it, such as a bracket that is never closed.
            throw new MergeException("not YAML: the text ends or breaks off within a value", file, line: tree.Line, innerException: error);
        }
    }

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
        return _parser.Current is StreamEnd ? root : throw Error("a recipe is one document, and a second one begins");
    }

    private YamlNode ReadNode(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Error($"nested deeper than {MaxDepth}");
        }

        if (++_nodes > MaxNodes)
        {
            throw Error($"more than {MaxNodes} values");
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
                    : throw Error($"the alias '*{alias.Value.Value}' has no anchor");
                _parser.MoveNext();
                return node;
            default:
                throw Error("a value is missing");
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
                throw new MergeException("a key must be a word", _file, line: key.Line);
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
                    _warnings.Add($"line {key.Line}: '{key.Text}' is given twice; the last one counts");
                }

                entries[key.Text] = value;
            }
        }

        _parser.MoveNext();
        foreach (YamlNode source in merged.SelectMany(node => node.Kind == YamlKind.Sequence ? node.Items : [node]))
        {
            if (source.Kind != YamlKind.Mapping)
            {
                throw new MergeException("'<<' takes a mapping or a list of mappings", _file, line: source.Line);
            }

            // What the mapping itself says goes first, as YAML's merge keys are defined.
            foreach ((string name, YamlNode value) in source.Entries)
            {
                entries.TryAdd(name, value);
            }
        }

        return new YamlNode { Kind = YamlKind.Mapping, Line = line, Entries = [.. entries], Size = size };
    }

    /// <summary>Marks an anchor whose node is still being read, so that an alias to it inside itself is found.</summary>
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
        child.Size <= MaxNodes - size ? size + child.Size : throw Error($"more than {MaxNodes} values once aliases are written out");

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
    /// <summary>The message without the place in front, which the error names itself.</summary>
    public static string InnerMessage(this YamlException error)
    {
        string message = error.Message;
        int end = message.IndexOf("): ", StringComparison.Ordinal);
        return end < 0 ? message : message[(end + 3)..];
    }
}
