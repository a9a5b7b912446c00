using LlamaNative.Models;

namespace LlamaNative.Embeddings;

/// <summary>
/// Combines a query and a document for a reranking model, as llama.cpp's server does (<c>format_prompt_rerank</c>): with the
/// model's template named <c>rerank</c>, or else joined by end-of-text and separator tokens.
/// </summary>
internal sealed class RerankPrompt
{
    private const string QueryMark = "{query}";
    private const string DocumentMark = "{document}";
    private readonly Vocabulary _vocabulary;
    private readonly string? _template;

    public RerankPrompt(LlamaModel model)
    {
        _vocabulary = model.Vocabulary;
        _template = model.GetChatTemplate("rerank");
        if (_template is null && ((_vocabulary.AddsBos && _vocabulary.Bos is null) || (_vocabulary.AddsEos && End is null)
            || (_vocabulary.AddsSeparator && _vocabulary.Separator is null)))
        {
            throw new LlamaException(
                "The model is configured to add special tokens that its vocabulary lacks, so query and document cannot be "
                + "combined.");
        }
    }

    private int? End => _vocabulary.Eos ?? _vocabulary.Separator;

    /// <summary>
    /// The tokens of the pair. If there are too many, the document is truncated or the pair rejected, depending on the policy.
    /// </summary>
    public TokenizedInput Build(string query, string document, int index, int maxTokens, LongInputPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (_template is not null && IsPlain(query) && IsPlain(document))
        {
            int[] whole = _vocabulary.Tokenize(Fill(_template, query, document), addSpecial: false, parseSpecial: true);
            if (whole.Length <= maxTokens)
            {
                return new TokenizedInput(whole, 0);
            }
        }

        // Tokenize the parts separately, so that the document can be truncated and special tokens in texts stay plain text.
        int[] text = _vocabulary.Tokenize(document, addSpecial: false);
        List<int[]> pieces = _template is null ? JoinedPieces(query, text) : TemplatePieces(_template, query, text);
        int total = pieces.Sum(piece => piece.Length);
        int documents = pieces.Count(piece => ReferenceEquals(piece, text));
        int excess = Math.Max(0, total - maxTokens);
        int cut = documents == 0 ? excess : (excess + documents - 1) / documents;
        if (cut > 0 && (policy != LongInputPolicy.Truncate || documents == 0 || cut >= text.Length))
        {
            throw new InputTooLongException(index, total, maxTokens);
        }

        return new TokenizedInput([.. pieces.SelectMany(piece => ReferenceEquals(piece, text) ? text[..^cut] : piece)], cut);
    }

    private List<int[]> JoinedPieces(string query, int[] document)
    {
        int[] end = _vocabulary.AddsEos ? [End!.Value] : [];
        int[] begin = _vocabulary.AddsBos ? [_vocabulary.Bos!.Value] : [];
        int[] separator = _vocabulary.AddsSeparator ? [_vocabulary.Separator!.Value] : [];
        return [begin, _vocabulary.Tokenize(query, addSpecial: false), end, separator, document, end];
    }

    private List<int[]> TemplatePieces(string template, string query, int[] document)
    {
        var pieces = new List<int[]>();
        int[] queryTokens = _vocabulary.Tokenize(query, addSpecial: false);
        while (template.Length > 0)
        {
            (int at, string mark) = NextMark(template);
            pieces.Add(_vocabulary.Tokenize(template[..at], addSpecial: false, parseSpecial: true));
            if (mark.Length > 0)
            {
                pieces.Add(mark == QueryMark ? queryTokens : document);
            }

            template = template[(at + mark.Length)..];
        }

        return pieces;
    }

    /// <summary>Replaces both placeholders in one pass, so that a placeholder inside the query is not replaced.</summary>
    private static string Fill(string template, string query, string document)
    {
        var text = new System.Text.StringBuilder();
        while (template.Length > 0)
        {
            (int at, string mark) = NextMark(template);
            text.Append(template, 0, at).Append(mark switch { QueryMark => query, DocumentMark => document, _ => "" });
            template = template[(at + mark.Length)..];
        }

        return text.ToString();
    }

    private static (int At, string Mark) NextMark(string template)
    {
        int query = template.IndexOf(QueryMark, StringComparison.Ordinal);
        int document = template.IndexOf(DocumentMark, StringComparison.Ordinal);
        return (query, document) switch
        {
            ( < 0, < 0) => (template.Length, ""),
            ( >= 0, < 0) => (query, QueryMark),
            ( < 0, >= 0) => (document, DocumentMark),
            _ => query < document ? (query, QueryMark) : (document, DocumentMark),
        };
    }

    /// <summary>
    /// Whether a text tokenizes identically with and without special tokens, so it cannot inject any into the template.
    /// </summary>
    private bool IsPlain(string text) =>
        _vocabulary.Tokenize(text, addSpecial: false).AsSpan()
            .SequenceEqual(_vocabulary.Tokenize(text, addSpecial: false, parseSpecial: true));
}
