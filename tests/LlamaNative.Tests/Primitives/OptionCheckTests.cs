using System.Globalization;
using System.Reflection;
using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Embeddings;
using LlamaNative.Generation;
using LlamaNative.Grammars;
using LlamaNative.Models;
using LlamaNative.Planning;
using LlamaNative.Sampling;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Primitives;

/// <summary>One rule for every options record: an invalid value throws an argument exception that names the option and the value.</summary>
public sealed class OptionCheckTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private const float NaN = float.NaN;
    private const float Infinity = float.PositiveInfinity;

    /// <summary>The rejected values of each option.</summary>
    private static readonly Dictionary<Type, Dictionary<string, object?[]>> s_bad = new()
    {
        [typeof(LlamaRuntimeOptions)] = new() { ["LibraryDirectory"] = [""] },
        [typeof(ModelOptions)] = new()
        {
            ["LoadMode"] = [(ModelLoadMode)99],
            ["GpuLayers"] = [-1, int.MinValue],
            ["SplitMode"] = [(GpuSplitMode)(-1)],
            ["MainGpu"] = [-1],
            ["TensorSplit"] = [new[] { NaN }, new[] { 1f, -1f }, new[] { Infinity }, new float[10_000]],
            ["TensorPlacements"] =
            [
                null, new TensorPlacement[] { null! }, new[] { new TensorPlacement("", "CPU") },
                new[] { new TensorPlacement(null!, "CPU") },
                new[] { new TensorPlacement("(", "CPU") }, new[] { new TensorPlacement("a\0", "CPU") },
            ],
            ["MetadataOverrides"] = [null, .. BadOverrides()],
        },
        [typeof(ContextOptions)] = new()
        {
            ["ContextSize"] = [-1, int.MinValue, int.MaxValue],
            ["BatchSize"] = [0, -1],
            ["MicroBatchSize"] = [0, int.MinValue],
            ["MaxSequences"] = [0, -5, 257, int.MaxValue],
            ["RecurrentSnapshots"] = [-1, 1025],
            ["MaxOutputs"] = [-1],
            ["MaxOutputsPerSequence"] = [-1],
            ["Threads"] = [0, -1, 100_000],
            ["BatchThreads"] = [0, int.MaxValue],
            ["ThreadPolling"] = [-1, 101],
            ["RopeScaling"] = [(RopeScaling)9],
            ["RopeFrequencyBase"] = [NaN, -1f, Infinity],
            ["RopeFrequencyScale"] = [Infinity, -0.5f],
            ["YarnExtrapolationFactor"] = [NaN],
            ["YarnAttentionFactor"] = [float.NegativeInfinity],
            ["YarnBetaFast"] = [NaN],
            ["YarnBetaSlow"] = [Infinity],
            ["YarnOriginalContextLength"] = [-1],
            ["PoolingType"] = [(PoolingType)9],
            ["AttentionType"] = [(AttentionType)9],
            ["FlashAttention"] = [(FlashAttention)9],
            ["CacheTypeK"] = [GgmlType.Q4_K, (GgmlType)999],
            ["CacheTypeV"] = [GgmlType.I32, (GgmlType)999],
        },
        [typeof(SamplingOptions)] = new()
        {
            ["MinKeep"] = [-1],
            ["TopP"] = [NaN, Infinity, -0.1f, 1.1f],
            ["MinP"] = [NaN, 2f],
            ["XtcProbability"] = [NaN, -1f],
            ["XtcThreshold"] = [NaN, 1.5f],
            ["TypicalP"] = [NaN, 2f],
            ["Temperature"] = [NaN, Infinity],
            ["DynamicTemperatureRange"] = [NaN],
            ["DynamicTemperatureExponent"] = [Infinity],
            ["PenaltyLastN"] = [-1, int.MaxValue],
            ["RepeatPenalty"] = [0f, -1f, float.Epsilon, NaN],
            ["FrequencyPenalty"] = [NaN],
            ["PresencePenalty"] = [Infinity],
            ["DryMultiplier"] = [NaN],
            ["DryBase"] = [NaN],
            ["DryAllowedLength"] = [-1],
            ["DryPenaltyLastN"] = [-1, int.MaxValue],
            ["DrySequenceBreakers"] = [null, new[] { "" }, Enumerable.Repeat("x", 1000).ToArray()],
            ["TopNSigma"] = [NaN],
            ["AdaptiveTarget"] = [Infinity],
            ["AdaptiveDecay"] = [NaN, 1.5f],
            ["Mirostat"] = [(Mirostat)7],
            ["MirostatTau"] = [NaN],
            ["MirostatEta"] = [Infinity],
            ["LogitBias"] = [Biases(5, NaN), Biases(5, Infinity), Biases(-1, 1), Biases(int.MaxValue, 1)],
            ["GrammarRoot"] = [null, ""],
            ["Order"] = [new[] { (SamplerKind)77 }, new[] { SamplerKind.Infill, SamplerKind.TopK },
                new[] { SamplerKind.AdaptiveP, SamplerKind.TopK }],
        },
        [typeof(GenerationOptions)] = new()
        {
            ["LogitsProcessors"] = [null, new ILogitsProcessor[] { null! }],
            ["StopConditions"] = [null, new IStopCondition[] { null! }],
            ["MaxTokens"] = [-1],
            ["StopSequences"] = [null, new[] { "" }, new[] { "a", null! }],
            ["StopTokens"] = [null, new[] { -1 }, new[] { int.MaxValue }],
            ["Sampling"] = [null],
            ["TopLogProbabilities"] = [-1, int.MaxValue],
        },
        [typeof(EmbeddingOptions)] = new()
        {
            ["PoolingType"] = [(PoolingType)9],
            ["LongInputs"] = [(LongInputPolicy)2],
            ["BatchSize"] = [0, -5, int.MaxValue],
            ["MaxSequences"] = [0, 257],
            ["AttentionType"] = [(AttentionType)9],
            ["Threads"] = [0, 100_000],
        },
        [typeof(MemoryFitOptions)] = new()
        {
            ["MinContextSize"] = [0, -1],
            ["MaxContextSize"] = [0],
            ["ReserveBytes"] = [-1L],
            ["BudgetBytes"] = [-1L],
        },
        [typeof(ModelQuantizationOptions)] = new()
        {
            ["FileType"] = [(ModelFileType)4],
            ["OutputTensorType"] = [(GgmlType)999],
            ["TokenEmbeddingType"] = [(GgmlType)(-1)],
            ["TensorTypes"] = [null, new[] { ("", GgmlType.Q4_0) }, new[] { ((string)null!, GgmlType.Q4_0) },
                new[] { ("a", (GgmlType)999) }],
            ["ImportanceMatrix"] = [new Dictionary<string, float[]> { ["a"] = null! }],
            ["MetadataOverrides"] = [null, .. BadOverrides()],
            ["PruneLayers"] = [null, new[] { -1 }],
            ["Threads"] = [0],
            ["BufferBytes"] = [0L, -1L, 1L << 31],
        },
        [typeof(ChatSessionOptions)] = new()
        {
            ["Overflow"] = [(OverflowPolicy)9],
            ["AnswerReserve"] = [-1],
            ["Tools"] = [null, new ToolDefinition[] { null! }],
            ["ToolChoice"] = [(ToolChoice)9],
            ["Sequence"] = [-1, 1],
            ["Clock"] = [null],
        },
        [typeof(ToolRunnerOptions)] = new()
        {
            ["MaxRounds"] = [-1],
            ["MaxCallsPerRound"] = [-1],
            ["CallTimeout"] = [TimeSpan.FromSeconds(-5), TimeSpan.MaxValue],
        },
    };

    /// <summary>Options, besides switches and loggers, that take every value of their type.</summary>
    private static readonly HashSet<string> s_free =
    [
        "ModelOptions.Logger", "ModelQuantizationOptions.Logger", "LlamaRuntimeOptions.Logger", "ContextOptions.Observer",
        "SamplingOptions.Seed", "SamplingOptions.TopK", "SamplingOptions.Grammar", "EmbeddingOptions.Normalization",
        "GenerationOptions.Sampler", "ChatSessionOptions.Format", "ChatSessionOptions.SystemPrompt", "ChatSessionOptions.TemplateVariables",
    ];

    public static TheoryData<string, string> Options
    {
        get
        {
            var options = new TheoryData<string, string>();
            foreach ((Type record, Dictionary<string, object?[]> values) in s_bad)
            {
                foreach (string option in values.Keys)
                {
                    options.Add(record.Name, option);
                }
            }

            return options;
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void A_bad_value_is_an_argument_exception_that_names_its_option(string record, string option)
    {
        Type type = s_bad.Keys.Single(key => key.Name == record);
        PropertyInfo property = type.GetProperty(option)!;
        foreach (object? value in s_bad[type][option])
        {
            object options = Activator.CreateInstance(type)!;
            property.SetValue(options, value); // as an object initializer does, null included
            var error = Assert.ThrowsAny<ArgumentException>(() => Use(options));
            Assert.Equal(option, error.ParamName);
            if (error is ArgumentOutOfRangeException outOfRange && value is IFormattable number)
            {
                Assert.Equal(value, outOfRange.ActualValue);
                Assert.StartsWith($"{option} is {number.ToString(null, CultureInfo.InvariantCulture)}; it must be ",
                    error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Every_option_is_in_the_table()
    {
        Type[] records =
        [
            .. typeof(LlamaModel).Assembly.GetExportedTypes().Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal)),
        ];
        Assert.Equal(records.Select(record => record.Name).Order(), s_bad.Keys.Select(record => record.Name).Order());
        string[] missing =
        [
            .. records.SelectMany(record => record.GetProperties())
                .Where(property => property.SetMethod is { IsPublic: true } && property.PropertyType != typeof(bool))
                .Where(property => !s_bad[property.DeclaringType!].ContainsKey(property.Name))
                .Select(property => $"{property.DeclaringType!.Name}.{property.Name}"),
        ];
        Assert.Equal(s_free.Order(), missing.Order());
    }

    [Theory]
    [InlineData("ContextSize")]
    [InlineData("BatchSize")]
    [InlineData("MaxOutputs")]
    public void Fewer_than_one_for_each_sequence_is_refused_by_name(string option)
    {
        var options = new ContextOptions { MaxSequences = 4 };
        typeof(ContextOptions).GetProperty(option)!.SetValue(options, 3);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Use(options));
        Assert.Equal(option, error.ParamName);
        Assert.Contains("at least MaxSequences (4)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Good_values_pass()
    {
        Assert.Equal(5, OptionCheck.InRange(5, 5, 5));
        Assert.Null(OptionCheck.InRange((int?)null, 1, 2));
        Assert.Equal(1, OptionCheck.AtLeast((int?)1, 1));
        Assert.Equal(0.5f, OptionCheck.Finite(0.5f));
        Assert.Equal(Mirostat.V1, OptionCheck.Defined(Mirostat.V1));
        Assert.Null(OptionCheck.NotEmpty(null));
    }

    private void Use(object options)
    {
        switch (options)
        {
            case LlamaRuntimeOptions runtime:
                LlamaRuntime.Load(runtime);
                break;
            case ModelOptions model:
                LlamaModel.Load(tiny.Path, model).Dispose();
                break;
            case ContextOptions context:
                new LlamaContext(tiny.Model, context).Dispose();
                break;
            case SamplingOptions sampling:
                SamplerChain.Create(tiny.Model.Vocabulary, sampling).Dispose();
                break;
            case GenerationOptions generation:
                InContext(
                    context => new TextGenerator(context).Generate("the cat", generation with { MaxTokens = generation.MaxTokens ?? 1 }));
                break;
            case EmbeddingOptions embedding:
                new TextEmbedder(tiny.Model, embedding).Dispose();
                break;
            case MemoryFitOptions fit:
                MemoryPlan.Fit(tiny.Path, fitOptions: fit);
                break;
            case ModelQuantizationOptions quantization:
                ModelQuantizer.Plan(tiny.Path, quantization);
                break;
            case ChatSessionOptions session:
                InContext(context => _ = new ChatSession(context, session));
                break;
            case ToolRunnerOptions runner:
                _ = new ToolRunner(null!, [], runner);
                break;
            default:
                throw new NotSupportedException(options.GetType().Name);
        }
    }

    private void InContext(Action<LlamaContext> action)
    {
        using LlamaContext context = tiny.NewContext();
        action(context);
    }

    private static Dictionary<int, float> Biases(int token, float bias) => new() { [token] = bias };

    private static IEnumerable<Dictionary<string, MetadataOverride>> BadOverrides() =>
    [
        new() { ["general.name"] = null! },
        new() { [""] = 1 },
        new() { ["general.name"] = "" },
        new() { ["general.name"] = new string('x', 200) },
        new() { [new string('k', 200)] = 1 },
    ];
}
