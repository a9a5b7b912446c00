using System.Text;
using LlamaNative.Tensors;

namespace LlamaNative.Gguf;

/// <summary>Adds tokens to a model: appends them to the vocabulary's lists and adds rows to the tensors with one row per token.</summary>
internal static class GgufVocabularyEditor
{
    private const string TokensKey = "tokenizer.ggml.tokens";
    private const string ScoresKey = "tokenizer.ggml.scores";
    private const string TypesKey = "tokenizer.ggml.token_type";
    private const string MergesKey = "tokenizer.ggml.merges";

    /// <inheritdoc cref="GgufEditor.AddTokens"/>
    public static int AddTokens(GgufEditor editor, IReadOnlyList<GgufToken> tokens, IReadOnlyList<string>? merges)
    {
        byte[][] texts = Require(editor, TokensKey).GetUtf8Strings();
        RequireNew(texts, tokens);

        // All changes are computed before any is applied, so that an exception leaves the editor unchanged.
        var values = new Dictionary<string, GgufValue>
        {
            [TokensKey] = GgufValue.OfUtf8Strings([.. texts, .. tokens.Select(token => Encoding.UTF8.GetBytes(token.Text))]),
        };
        if (editor.Metadata.TryGetValue(TypesKey, out GgufValue? types))
        {
            values[TypesKey] = GgufValue.OfArray<int>(
                [.. RequireCount(types, types.GetArray<int>(), texts.Length), .. tokens.Select(token => (int)token.Type)]);
        }

        if (editor.Metadata.TryGetValue(ScoresKey, out GgufValue? scores))
        {
            values[ScoresKey] = GgufValue.OfArray<float>(
                [.. RequireCount(scores, scores.GetArray<float>(), texts.Length), .. tokens.Select(token => token.Score)]);
        }

        if (merges is { Count: > 0 })
        {
            values[MergesKey] = GgufValue.OfUtf8Strings(
                [.. Require(editor, MergesKey).GetUtf8Strings(), .. merges.Select(Encoding.UTF8.GetBytes)]);
        }

        string sizeKey = editor.Metadata.TryGetValue("general.architecture", out GgufValue? architecture)
            ? $"{architecture.GetString()}.vocab_size"
            : "";
        if (editor.Metadata.ContainsKey(sizeKey))
        {
            values[sizeKey] = GgufValue.Of((uint)(texts.Length + tokens.Count));
        }

        (string Name, GgufEditor.EditedTensor Tensor)[] tensors =
        [
            .. Extend(editor, "token_embd.weight", texts.Length, [.. tokens.Select(token => token.Embedding)]),
            .. Extend(editor, "output.weight", texts.Length, [.. tokens.Select(token => token.Output)]),
            .. Extend(editor, "output.bias", texts.Length, new ReadOnlyMemory<byte>?[tokens.Count]),
        ];

        foreach ((string key, GgufValue value) in values)
        {
            editor.Metadata[key] = value;
        }

        foreach ((string name, GgufEditor.EditedTensor tensor) in tensors)
        {
            editor.Tensors[name] = tensor;
        }

        return texts.Length;
    }

    private static GgufValue Require(GgufEditor editor, string key) =>
        editor.Metadata.TryGetValue(key, out GgufValue? value) ? value : throw new GgufFormatException("the file has no such key", key);

    private static T[] RequireCount<T>(GgufValue value, T[] items, int count) =>
        items.Length == count ? items : throw value.Error($"the list has {items.Length} entries, but the vocabulary has {count} tokens");

    private static void RequireNew(byte[][] texts, IReadOnlyList<GgufToken> tokens)
    {
        var known = texts.Select(text => Encoding.UTF8.GetString(text)).ToHashSet(StringComparer.Ordinal);
        foreach (GgufToken token in tokens)
        {
            if (string.IsNullOrEmpty(token.Text) || !known.Add(token.Text))
            {
                throw new ArgumentException($"The token '{token.Text}' is empty or already in the vocabulary.", nameof(tokens));
            }
        }
    }

    /// <summary>Returns the tensor with its new rows, if the model has it. The last dimension is the number of tokens.</summary>
    private static IEnumerable<(string Name, GgufEditor.EditedTensor Tensor)> Extend(GgufEditor editor, string name,
        int tokenCount, ReadOnlyMemory<byte>?[] rows)
    {
        if (!editor.Tensors.TryGetValue(name, out GgufEditor.EditedTensor? tensor))
        {
            yield break;
        }

        TensorLayout layout = tensor.Layout;
        int last = Math.Max(layout.Shape.Rank, 1) - 1;
        if (tensor.Source is null || layout.Shape[last] != tokenCount)
        {
            throw new GgufFormatException($"{layout} was replaced, or does not have one row for each of the {tokenCount} tokens", name);
        }

        var appended = new MemoryStream();
        appended.Write(tensor.Appended.Span);
        byte[]? mean = null;
        foreach (ReadOnlyMemory<byte>? given in rows)
        {
            ReadOnlyMemory<byte> row = given ?? (mean ??= RowMean.Of(tensor, tokenCount));
            long size = layout.ByteCount / tokenCount;
            if (row.Length != size)
            {
                throw new ArgumentException($"A row of {name} {layout} needs {size} bytes, not {row.Length}.");
            }

            appended.Write(row.Span);
        }

        TensorShape shape = layout.Shape.With(last, tokenCount + rows.Length);
        yield return (name, tensor with { Layout = TensorLayout.Contiguous(layout.Type, shape), Appended = appended.ToArray() });
    }
}
