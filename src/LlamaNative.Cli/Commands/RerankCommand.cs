using System.CommandLine;
using System.Text.Json;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Embeddings;

namespace LlamaNative.Cli.Commands;

/// <summary>Sorts documents by relevance to a query.</summary>
internal sealed class RerankCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly Option<string> _query = new("--query", "-q")
    {
        Description = "The query",
        HelpName = "TEXT",
        Required = true,
    };
    private readonly Argument<string[]> _documents = new("DOC") { Description = "The documents", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _truncate = new("--truncate")
    {
        Description = "Truncate long documents instead of rejecting them",
    };
    private readonly Option<int?> _threads = new("--threads", "-t") { Description = "Threads to use", HelpName = "N" };

    public RerankCommand(Shell shell)
        : base(shell, "rerank", "Print documents sorted by relevance to a query, as a JSON array of {index, score, tokens}")
    {
        _model = new ModelArguments(this);
        this.AddAll([_query, _truncate, _threads]);
        Add(_documents);
    }

    protected override int Run(ParseResult parse)
    {
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        using var reranker = new Reranker(model, new EmbeddingOptions
        {
            LongInputs = parse.GetValue(_truncate) ? LongInputPolicy.Truncate : LongInputPolicy.Refuse,
            Threads = parse.GetValue(_threads),
        });
        IReadOnlyList<RankedDocument> ranked = reranker.Rank(parse.GetRequiredValue(_query),
            parse.GetRequiredValue(_documents), Interrupted);
        Shell.WriteJson(json =>
        {
            json.WriteStartArray();
            foreach (RankedDocument document in ranked)
            {
                Write(json, document, reranker.Labels);
            }

            json.WriteEndArray();
        });
        return ExitCode.Success;
    }

    private static void Write(Utf8JsonWriter json, RankedDocument document, IReadOnlyList<string?> labels)
    {
        json.WriteStartObject();
        json.WriteNumber("index", document.Index);
        json.WriteNumberOrNull("score", document.Score);
        if (document.Scores.Count > 1)
        {
            json.WriteStartObject("scores");
            for (int i = 0; i < document.Scores.Count; i++)
            {
                json.WriteNumberOrNull(labels[i] ?? $"{i}", document.Scores[i]);
            }

            json.WriteEndObject();
        }

        json.WriteNumber("tokens", document.TokenCount);
        json.WriteNumber("truncatedTokens", document.TruncatedTokens);
        json.WriteEndObject();
    }
}
