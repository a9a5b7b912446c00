using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Contexts;
using LlamaNative.Embeddings;

namespace LlamaNative.Cli.Commands;

/// <summary>Computes embeddings of texts.</summary>
internal sealed class EmbedCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly Argument<string[]> _texts = new("TEXT") { Description = "The texts", Arity = ArgumentArity.OneOrMore };
    private readonly Option<PoolingType?> _pooling = new("--pooling")
    {
        Description = "How token embeddings are pooled: None, Mean, Cls, Last [default: the model's, or Mean if it specifies none]",
        CustomParser = ParsePooling,
    };
    private readonly Option<string> _normalize = new("--normalize")
    {
        Description = "Normalization: none, max, l1, l2, or lP for another norm",
        HelpName = "KIND",
        DefaultValueFactory = _ => "l2",
    };
    private readonly Option<bool> _truncate = new("--truncate") { Description = "Truncate long texts instead of rejecting them" };
    private readonly Option<int?> _threads = new("--threads", "-t") { Description = "Threads to use", HelpName = "N" };

    public EmbedCommand(Shell shell)
        : base(shell, "embed", "Print embeddings as a JSON array of {index, tokens, embedding}")
    {
        _model = new ModelArguments(this);
        this.AddAll([_pooling, _normalize, _truncate, _threads]);
        Add(_texts);
    }

    protected override int Run(ParseResult parse)
    {
        EmbeddingNormalization normalization = Normalization(parse.GetRequiredValue(_normalize));
        using LlamaModel model = _model.Load(parse, cancellationToken: Interrupted);
        bool modelPools = model.Metadata.Keys.Any(key => key.EndsWith(".pooling_type", StringComparison.Ordinal));
        using var embedder = new TextEmbedder(model, new EmbeddingOptions
        {
            PoolingType = parse.GetValue(_pooling) ?? (modelPools ? PoolingType.FromModel : PoolingType.Mean),
            Normalization = normalization,
            LongInputs = parse.GetValue(_truncate) ? LongInputPolicy.Truncate : LongInputPolicy.Refuse,
            Threads = parse.GetValue(_threads),
        });
        EmbeddingResult[] results = [.. embedder.Embed(parse.GetRequiredValue(_texts), Interrupted)];
        Shell.WriteJson(json => Write(json, results, embedder.PoolingType));
        return ExitCode.Success;
    }

    private static void Write(Utf8JsonWriter json, EmbeddingResult[] results, PoolingType pooling)
    {
        json.WriteStartArray();
        for (int i = 0; i < results.Length; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("index", i);
            json.WriteNumber("tokens", results[i].TokenCount);
            json.WriteNumber("truncatedTokens", results[i].TruncatedTokens);
            json.WritePropertyName("embedding");
            if (pooling == PoolingType.None)
            {
                json.WriteStartArray();
                foreach (float[] vector in results[i].Vectors)
                {
                    WriteVector(json, vector);
                }

                json.WriteEndArray();
            }
            else
            {
                WriteVector(json, results[i].Vectors[0]);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector)
    {
        json.WriteStartArray();
        foreach (float value in vector)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static PoolingType? ParsePooling(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        foreach (PoolingType type in new[] { PoolingType.None, PoolingType.Mean, PoolingType.Cls, PoolingType.Last })
        {
            if (string.Equals(type.ToString(), text, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        result.AddError($"--pooling takes None, Mean, Cls or Last, not '{text}'.");
        return null;
    }

    private static EmbeddingNormalization Normalization(string kind) => kind switch
    {
        "none" => EmbeddingNormalization.None,
        "max" => EmbeddingNormalization.MaxAbsolute,
        _ when kind.StartsWith('l') && int.TryParse(kind[1..], out int p) && p >= 1 => EmbeddingNormalization.PNorm(p),
        _ => throw new ArgumentException($"--normalize takes none, max, l1, l2 or another lP, not '{kind}'."),
    };
}
