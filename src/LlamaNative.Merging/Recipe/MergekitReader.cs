namespace LlamaNative.Merging.Recipe;

/// <summary>Reads mergekit configurations.</summary>
internal sealed class MergekitReader(YamlNode root, YamlCursor cursor, List<string> warnings)
{
    private readonly MethodTraits _method = ReadMethod(root, cursor);

    public MergeRecipe Read()
    {
        cursor.WarnUnknown(root, "a recipe", "merge_method", "base_model", "models", "slices", "modules",
            "parameters", "dtype", "out_dtype", "tokenizer_source", "tokenizer", "chat_template",
            "rope_freq_base");
        if (root.Find("modules") is { } modules)
        {
            throw cursor.Error(modules, "'modules' (a model of several networks) is not supported in GGUF files");
        }

        YamlNode? models = root.Find("models");
        YamlNode? slices = root.Find("slices");
        if (models is null == slices is null)
        {
            throw cursor.Error(slices ?? root, "a recipe must have either 'models' or 'slices'");
        }

        var parameters = new ParameterReader(cursor, _method, warnings);
        return new MergeRecipe
        {
            Method = _method.Method,
            BaseModel = root.Find("base_model") is { } node ? cursor.Model(node, "'base_model'") : null,
            Models = models is null
                ? []
                : [.. NotEmpty(models, "'models'").Select(model => ReadSource(model, parameters, withRange: false))],
            Slices = slices is null ? [] : [.. NotEmpty(slices, "'slices'").Select(slice => ReadSlice(slice, parameters))],
            Parameters = parameters.Read(root.Find("parameters")),
            OutputType = cursor.FloatType(root.Find("out_dtype")) ?? cursor.FloatType(root.Find("dtype")),
            Tokenizer = ReadTokenizer(),
            ChatTemplate = cursor.Text(root, "chat_template"),
            RopeFreqBase = root.Find("rope_freq_base") is { } rope ? cursor.Model(rope, "'rope_freq_base'") : null,
            RopeFreqBaseLine = root.Find("rope_freq_base")?.Line,
        };
    }

    private static MethodTraits ReadMethod(YamlNode root, YamlCursor cursor)
    {
        YamlNode node = cursor.Require(root, "merge_method", "the recipe");
        string name = cursor.AsText(node, "'merge_method'");
        return MethodTraits.TryParse(name, out MethodTraits? traits)
            ? traits
            : throw cursor.Error(node, $"merge_method must be one of {string.Join(", ", MethodTraits.Names)}, not '{name}'");
    }

    private IReadOnlyList<YamlNode> NotEmpty(YamlNode node, string what) =>
        cursor.Items(node, what) is { Count: > 0 } items ? items : throw cursor.Error(node, $"{what} is empty");

    private MergeSlice ReadSlice(YamlNode node, ParameterReader parameters)
    {
        cursor.Mapping(node, "a slice");
        cursor.WarnUnknown(node, "a slice", "sources", "base_model", "parameters");
        return new MergeSlice
        {
            Sources = [.. NotEmpty(cursor.Require(node, "sources", "a slice"),
                "'sources'").Select(source => ReadSource(source, parameters, withRange: true))],
            BaseModel = node.Find("base_model") is { } model ? cursor.Model(model, "'base_model'") : null,
            Parameters = parameters.Read(node.Find("parameters")),
            Line = node.Line,
        };
    }

    private MergeSource ReadSource(YamlNode node, ParameterReader parameters, bool withRange)
    {
        string what = withRange ? "a source" : "a model";
        cursor.Mapping(node, what);
        cursor.WarnUnknown(node, what, withRange ? ["model", "layer_range", "parameters"] : ["model", "parameters"]);
        (int Start, int? End) range = withRange ? ReadRange(cursor.Require(node, "layer_range", what)) : (0, null);
        return new MergeSource
        {
            Model = cursor.Model(cursor.Require(node, "model", what), "'model'"),
            Start = range.Start,
            End = range.End,
            Parameters = parameters.Read(node.Find("parameters")),
            Line = node.Line,
        };
    }

    private (int Start, int? End) ReadRange(YamlNode node)
    {
        IReadOnlyList<YamlNode> items = cursor.Items(node, "'layer_range'");
        if (items.Count != 2)
        {
            throw cursor.Error(node, "'layer_range' must be [first layer, layer after the last]");
        }

        (int start, int end) = (cursor.AsInteger(items[0], "'layer_range'"), cursor.AsInteger(items[1], "'layer_range'"));
        return 0 <= start && start <= end
            ? (start, end)
            : throw cursor.Error(node, $"layer_range [{start}, {end}] must not be negative or descend");
    }

    private TokenizerRecipe? ReadTokenizer()
    {
        YamlNode? source = root.Find("tokenizer_source");
        YamlNode? tokenizer = root.Find("tokenizer");
        if (source is not null)
        {
            return tokenizer is null
                ? new TokenizerRecipe { Source = TokenizerSource(source, "'tokenizer_source'"), Line = source.Line }
                : throw cursor.Error(tokenizer, "a recipe can have 'tokenizer_source' or 'tokenizer', not both");
        }

        if (tokenizer is null)
        {
            return null;
        }

        cursor.Mapping(tokenizer, "'tokenizer'");
        cursor.WarnUnknown(tokenizer, "'tokenizer'", "source", "tokens", "pad_to_multiple_of");
        int? multiple = tokenizer.Find("pad_to_multiple_of") is { } pad ? cursor.AsInteger(pad, "'pad_to_multiple_of'") : null;
        if (multiple is < 1 or > 65536)
        {
            throw cursor.Error(tokenizer, $"pad_to_multiple_of must be between 1 and 65536, not {multiple}");
        }

        var tokens = new Dictionary<string, TokenSource>(StringComparer.Ordinal);
        foreach ((string token, YamlNode node) in tokenizer.Find("tokens") is { } mapping
            ? cursor.Mapping(mapping, "'tokens'").Entries
            : [])
        {
            tokens.Add(token, ReadToken(node));
        }

        return new TokenizerRecipe
        {
            Source = tokenizer.Find("source") is { } from ? TokenizerSource(from, "'source'") : "union",
            Tokens = tokens,
            PadToMultipleOf = multiple,
            Line = tokenizer.Line,
        };
    }

    /// <summary>base, union or a model; mergekit's first notation for a model is <c>model:PATH</c>.</summary>
    private string TokenizerSource(YamlNode node, string what)
    {
        const string Prefix = "model:";
        string source = cursor.Model(node, what);
        return !source.StartsWith(Prefix, StringComparison.Ordinal) ? source
            : source.Length > Prefix.Length ? source[Prefix.Length..].Trim()
            : throw cursor.Error(node, $"{what} has no model after '{Prefix}'");
    }

    private TokenSource ReadToken(YamlNode node)
    {
        cursor.Mapping(node, "a token");
        cursor.WarnUnknown(node, "a token", "source", "force");
        var token = new TokenSource { Force = cursor.Flag(node, "force"), Line = node.Line };
        if (node.Find("source") is not { } source)
        {
            return token;
        }

        switch (source.Kind == YamlKind.Mapping ? cursor.Text(source, "kind") : null)
        {
            case "zero":
                return token with { Zero = true };
            case "model_token":
                cursor.WarnUnknown(source, "a token's source", "kind", "model", "token", "token_id");
                string? text = cursor.Text(source, "token");
                int? id = source.Find("token_id") is { } number ? cursor.AsInteger(number, "'token_id'") : null;
                return text is null != id is null
                    ? token with
                    {
                        Model = cursor.Model(cursor.Require(source, "model", "a token's source"), "'model'"),
                        Token = text,
                        TokenId = id,
                    }
                    : throw cursor.Error(source, "a token's source must have either 'token' or 'token_id'");
            case { } kind:
                throw cursor.Error(source, $"the kind of a token's source must be model_token or zero, not '{kind}'");
            default:
                return token with { Model = cursor.Model(source, "a token's source") };
        }
    }
}
