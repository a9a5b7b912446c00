using System.Text.Json;
using LlamaNative.Contexts;
using LlamaNative.Embeddings;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Embeddings;

/// <summary>Embeddings of a decoder and an encoder; pooled vectors are compared with token vectors that are pooled by hand.</summary>
public sealed class TextEmbedderTests : IDisposable
{
    private const string Cat = "the cat sat on a mat";
    private readonly TemporaryFolder _files = new();
    private readonly LlamaModel _llama;
    private readonly LlamaModel _bert;

    public TextEmbedderTests()
    {
        _llama = _files.Load(ModelFile.Llama());
        _bert = _files.Load(ModelFile.Bert());
    }

    public void Dispose()
    {
        _llama.Dispose();
        _bert.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("bert")]
    public void Every_pooling_type_is_what_it_says(string model)
    {
        float[][] tokens = Embed(model, PoolingType.None, EmbeddingNormalization.None, Cat);
        // BERT: 6 words, [CLS] and [SEP]; SentencePiece: <s>, 2 words, 13 letters and spaces
        Assert.Equal(_bert == Model(model) ? 8 : 16, tokens.Length);
        Assert.NotEqual(tokens[0], tokens[1]);

        float[] mean = [.. Enumerable.Range(0, ModelFile.Embedding).Select(i => tokens.Average(token => token[i]))];
        AssertClose(mean, Embed(model, PoolingType.Mean, EmbeddingNormalization.None, Cat)[0]);
        AssertClose(tokens[0], Embed(model, PoolingType.Cls, EmbeddingNormalization.None, Cat)[0]);
        AssertClose(tokens[^1], Embed(model, PoolingType.Last, EmbeddingNormalization.None, Cat)[0]);

        float[] unit = Embed(model, PoolingType.Mean, EmbeddingNormalization.Euclidean, Cat)[0];
        Assert.Equal(1, Math.Sqrt(unit.Sum(value => (double)value * value)), tolerance: 1e-5);
        double length = Math.Sqrt(mean.Sum(value => (double)value * value));
        AssertClose([.. mean.Select(value => (float)(value / length))], unit);
    }

    [Theory]
    [InlineData("llama", PoolingType.Mean)]
    [InlineData("llama", PoolingType.Last)]
    [InlineData("llama", PoolingType.None)]
    [InlineData("bert", PoolingType.Mean)]
    [InlineData("bert", PoolingType.Cls)]
    [InlineData("bert", PoolingType.None)]
    public void Many_texts_at_once_are_the_same_as_one_by_one(string model, PoolingType pooling)
    {
        // Texts of different lengths, more of them than sequences, and more tokens than a batch; the order is kept.
        string[] texts = [.. Enumerable.Range(1,
            40).Select(i => string.Join(' ', Enumerable.Repeat("cat mat", 1 + (i % 5))) + (i % 2 == 0 ? " sat" : " on"))];
        using var embedder = new TextEmbedder(Model(model), new EmbeddingOptions { PoolingType = pooling, MaxSequences = 5, Threads = 1 });
        IReadOnlyList<EmbeddingResult> together = embedder.Embed(texts);
        Assert.Equal(texts.Length, together.Count);
        for (int i = 0; i < texts.Length; i++)
        {
            EmbeddingResult alone = embedder.Embed(texts[i]);
            Assert.Equal(alone.TokenCount, together[i].TokenCount);
            Assert.Equal(pooling == PoolingType.None ? alone.TokenCount : 1, together[i].Vectors.Count);
            for (int v = 0; v < alone.Vectors.Count; v++)
            {
                AssertClose(alone.Vectors[v], together[i].Vectors[v]);
            }
        }

        Assert.Empty(embedder.Embed([]));
    }

    [Fact]
    public void An_encoder_is_what_the_paper_says()
    {
        // BERT (arXiv:1810.04805) in plain doubles from the same weights; fails if positions, types or pooling are wrong.
        int[] tokens = [2, 5, 6, 8, 3];
        float[][] expected = new BertByHand(ModelFile.Bert()).Run(tokens);
        using var embedder = new TextEmbedder(_bert, new EmbeddingOptions
        {
            PoolingType = PoolingType.None,
            Normalization = EmbeddingNormalization.None,
            Threads = 1,
        });
        Assert.Equal(tokens, _bert.Vocabulary.Tokenize("the cat sat"));
        IReadOnlyList<float[]> actual = embedder.Embed("the cat sat").Vectors;
        for (int i = 0; i < tokens.Length; i++)
        {
            AssertClose(expected[i], actual[i], 5e-3f);
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("bert")]
    public void Long_texts_are_refused_or_cut_and_never_in_silence(string model)
    {
        string text = string.Join(' ', Enumerable.Repeat("cat", 100));
        using var refusing = new TextEmbedder(Model(model), new EmbeddingOptions { PoolingType = PoolingType.Mean, Threads = 1 });
        Assert.Equal(ModelFile.ContextLength, refusing.MaxInputTokens);
        InputTooLongException error = Assert.Throws<InputTooLongException>(() => refusing.Embed([Cat, text]));
        Assert.Equal(1, error.Index);
        Assert.Equal(Model(model).Vocabulary.Tokenize(text).Length, error.TokenCount);
        Assert.Equal(ModelFile.ContextLength, error.MaxInputTokens);

        using var cutting = new TextEmbedder(Model(model), new EmbeddingOptions
        {
            PoolingType = PoolingType.Mean,
            LongInputs = LongInputPolicy.Truncate,
            Threads = 1,
        });
        EmbeddingResult cut = cutting.Embed(text);
        Assert.Equal(ModelFile.ContextLength, cut.TokenCount);
        Assert.Equal(error.TokenCount - ModelFile.ContextLength, cut.TruncatedTokens);
        Assert.Equal(0, cutting.Embed(Cat).TruncatedTokens);

        // Truncation removes the end of the text but keeps the end token.
        int[] kept = Model(model).Vocabulary.Tokenize(text)[..ModelFile.ContextLength];
        if (model == "bert")
        {
            kept[^1] = 3;
        }

        float[] expected = new float[ModelFile.Embedding];
        refusing.Embed(kept, [kept.Length], expected);
        AssertClose(expected, cut.Vector);
    }

    [Fact]
    public void Tokens_to_span_allocates_nothing()
    {
        using var embedder = new TextEmbedder(_bert, new EmbeddingOptions { Threads = 1 });
        int[] tokens = [2, 5, 6, 3, 2, 7, 3];
        int[] lengths = [4, 3];
        float[] vectors = new float[2 * embedder.EmbeddingLength];
        embedder.Embed(tokens, lengths, vectors);
        long allocated = Allocations.Of(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                embedder.Embed(tokens, lengths, vectors);
            }
        });
        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task Asynchronous_calls_take_turns_and_can_be_cancelled()
    {
        await using var embedder = new TextEmbedder(_bert, new EmbeddingOptions { Threads = 1 });
        float[] expected = embedder.Embed(Cat).Vector;
        EmbeddingResult[] results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => embedder.EmbedAsync(Cat)));
        Assert.All(results, result => Assert.Equal(expected, result.Vector));

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => embedder.EmbedAsync(Cat, cancelled.Token));
        Assert.Equal(cancelled.Token, error.CancellationToken);
        Assert.ThrowsAny<OperationCanceledException>(() => embedder.Embed(Cat, cancelled.Token));
        Assert.Equal(expected, embedder.Embed(Cat).Vector);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("bert")]
    public void Cancelling_within_the_evaluation_leaves_the_embedder_usable(string model)
    {
        // An encoder has no KV cache to repair after an aborted graph; trying to would hide the cancellation.
        using var embedder = new TextEmbedder(Model(model), new EmbeddingOptions { PoolingType = PoolingType.Mean, Threads = 1 });
        string[] texts = [.. Enumerable.Repeat(Cat, 1000)];
        float[] expected = embedder.Embed(Cat).Vector;
        for (int round = 0; round < 10; round++)
        {
            Cancelling.Within(stop => embedder.Embed(texts, stop), delay: round % 4);
            AssertClose(expected, embedder.Embed(Cat).Vector);
        }
    }

    [Fact]
    public void Wrong_arguments_are_typed_errors_and_harm_nothing()
    {
        using var embedder = new TextEmbedder(_bert, new EmbeddingOptions { AddSpecial = false, Threads = 1 });
        float[] expected = embedder.Embed(Cat).Vector;
        float[] vector = new float[embedder.EmbeddingLength];
        Assert.Throws<ArgumentException>(() => embedder.Embed(""));
        Assert.Throws<ArgumentNullException>(() => embedder.Embed((string)null!));
        Assert.Throws<ArgumentException>(() => embedder.Embed([2, 3], [0, 2], vector));
        Assert.Throws<ArgumentException>(() => embedder.Embed([2, 3], [-1, 3], vector));
        Assert.Throws<ArgumentException>(() => embedder.Embed([2, 3], [1], vector));
        Assert.Throws<ArgumentException>(() => embedder.Embed([2, 3], [2], new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => embedder.Embed([2, 999], [2], vector));
        Assert.Throws<ArgumentOutOfRangeException>(() => embedder.Embed([-1], [1], vector));
        Assert.Throws<InputTooLongException>(() => embedder.Embed(new int[65], [65], vector));
        Assert.Equal(expected, embedder.Embed(Cat).Vector);

        Assert.Throws<ArgumentOutOfRangeException>(() => new TextEmbedder(_bert, new EmbeddingOptions { BatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextEmbedder(_bert, new EmbeddingOptions { BatchSize = -5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextEmbedder(_bert, new EmbeddingOptions { MaxSequences = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new TextEmbedder(_bert, new EmbeddingOptions { MaxSequences = 257, BatchSize = 512 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextEmbedder(_bert, new EmbeddingOptions { PoolingType = (PoolingType)9 }));
        embedder.Dispose();
        embedder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => embedder.Embed([2, 3], [2], vector));
        Assert.Throws<ObjectDisposedException>(() => { _ = embedder.EmbedAsync(Cat).GetAwaiter().GetResult(); });
    }

    [Theory]
    [InlineData(1, 256)]
    [InlineData(8, 256)]
    [InlineData(13, 5)] // not a multiple: llama.cpp's reserved graph would be inconsistent
    [InlineData(4096, 256)]
    public void Odd_sizes_work(int batchSize, int sequences)
    {
        foreach (LlamaModel model in (LlamaModel[])[_bert, _llama])
        {
            using var embedder = new TextEmbedder(model, new EmbeddingOptions
            {
                PoolingType = PoolingType.Mean,
                BatchSize = batchSize,
                MaxSequences = sequences,
                Threads = 1,
                AddSpecial = false,
            });
            int[] tokens = [.. Enumerable.Range(0, 300).Select(i => 5 + (i % 8))];
            float[] vectors = new float[tokens.Length * embedder.EmbeddingLength];
            embedder.Embed(tokens, [.. tokens.Select(_ => 1)], vectors);
            AssertClose(vectors[..embedder.EmbeddingLength], vectors[(8 * embedder.EmbeddingLength)..(9 * embedder.EmbeddingLength)]);
            Assert.Equal(Math.Min(batchSize, ModelFile.ContextLength), embedder.MaxInputTokens);
        }
    }

    /// <summary>Values that llama.cpp accepts on loading but later asserts on, or reads out of bounds for.</summary>
    [Fact]
    public void Hostile_metadata_is_refused_before_the_native_side_asserts()
    {
        Assert.Throws<ModelLoadException>(() => _files.Load(ModelFile.Bert(pooling: 77)));
        ModelFile width = ModelFile.Bert();
        width.Metadata["bert.embedding_length_out"] = GgufValue.Of(1u << 16);
        Assert.Throws<ModelLoadException>(() => _files.Load(width));

        Assert.Throws<ContextCreationException>(() => new TextEmbedder(_bert, new EmbeddingOptions { PoolingType = PoolingType.Rank }));
        Assert.Throws<ContextCreationException>(() => new TextEmbedder(_llama, new EmbeddingOptions { PoolingType = PoolingType.Rank }));
        ModelFile labels = ModelFile.Bert(pooling: 4);
        labels.AddRandom("cls.weight", new TensorShape(ModelFile.Embedding, ModelFile.Embedding));
        labels.Metadata["bert.classifier.output_labels"] = GgufValue.OfStrings(Enumerable.Range(0, 5000).Select(i => $"{i}"));
        Assert.Throws<ModelLoadException>(() => _files.Load(labels));
    }

    [Fact]
    public void Sizes_whose_reserved_graph_fails_an_assertion_are_refused()
    {
        ContextOptions options = new()
        {
            Embeddings = true,
            PoolingType = PoolingType.Mean,
            BatchSize = 64,
            MicroBatchSize = 64,
            MaxSequences = 5,
            UnifiedCache = true,
            Threads = 1,
        };
        Assert.Throws<ContextCreationException>(() => new LlamaContext(_bert, options));
        Assert.Throws<ContextCreationException>(() => new LlamaContext(_llama, options));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LlamaContext(_llama, options with { MaxSequences = 1, MaxOutputs = 8 }));
        for (int context = 5; context < 700; context += 37)
        {
            foreach (int microBatch in (int[])[1, 60, 65, 300, 512])
            {
                try
                {
                    new LlamaContext(_llama,
                        options with { ContextSize = context, BatchSize = 512, MicroBatchSize = microBatch }).Dispose();
                    new LlamaContext(_bert, options with
                    {
                        ContextSize = context,
                        BatchSize = 512,
                        MicroBatchSize = microBatch,
                        UnifiedCache = false
                    }).Dispose();
                }
                catch (ContextCreationException)
                {
                }
            }
        }
    }

    [Fact]
    public void Batches_that_would_pool_a_part_of_a_sequence_are_refused()
    {
        ContextOptions options = new()
        {
            Embeddings = true,
            PoolingType = PoolingType.Mean,
            ContextSize = 512,
            BatchSize = 64,
            MicroBatchSize = 8,
            MaxSequences = 2,
            Threads = 1,
        };
        using var context = new LlamaContext(_llama, options);
        using var batch = new TokenBatch(16);
        for (int i = 0; i < 9; i++)
        {
            batch.Add(260 + i, i, logits: true);
        }

        Assert.Contains("MicroBatchSize", Assert.Throws<ArgumentException>(() => context.Decode(batch)).Message, StringComparison.Ordinal);
        batch.Clear();
        batch.Add(260, 0, 0, logits: true);
        batch.Add(261, 1, 0, logits: true);
        batch.Add(260, 0, 1, logits: true);
        Assert.Contains("UnifiedCache", Assert.Throws<ArgumentException>(() => context.Decode(batch)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_whose_file_is_gone_is_a_typed_error()
    {
        string path = _files.Save(ModelFile.Bert(pooling: 4, classes: ["score"]));
        using LlamaModel model = LlamaModel.Load(path, new ModelOptions { LoadMode = ModelLoadMode.Read });
        File.Delete(path);
        Assert.Throws<ContextCreationException>(() => new TextEmbedder(model));
        Assert.Throws<AdapterException>(
            () => LoraAdapter.Load(model, _files.Save(TinyLora.Create(ModelFile.Bert(), 1, 1, 1, "blk.0.attn_q.weight"))));
    }

    [Fact]
    public void An_encoder_refuses_positions_beyond_its_table()
    {
        using var context = new LlamaContext(_bert, new ContextOptions { Embeddings = true, Threads = 1 });
        using var batch = new TokenBatch(1);
        batch.Add(5, ModelFile.ContextLength, logits: true);
        Assert.Throws<ArgumentException>(() => context.Decode(batch));
        batch.Clear();
        batch.Add(5, 0, logits: true);
        for (int i = 0; i < 3; i++)
        {
            context.Decode(batch);
        }

        Assert.Equal(0, context.Cache.GetLength());
        Assert.Equal(ModelFile.Embedding, context.BorrowSequenceEmbedding(0).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.BorrowSequenceEmbedding(7).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.BorrowSequenceEmbedding(-1).Length);
        Assert.Throws<InvalidOperationException>(() => context.BorrowTokenEmbedding(0).Length);
    }

    [Fact]
    public void Vectors_are_llama_cpps()
    {
        using var golden = new GoldenModel("bert");
        using LlamaModel model = golden.Load();
        using var embedder = new TextEmbedder(model, new EmbeddingOptions { Normalization = EmbeddingNormalization.None, Threads = 1 });
        foreach (JsonElement recorded in golden.Answers.GetProperty("embeddings").EnumerateArray())
        {
            float[] expected = [.. recorded.GetProperty("vector").EnumerateArray().Select(value => value.GetSingle())];
            AssertClose(expected, embedder.Embed(recorded.GetProperty("text").GetString()!).Vectors[0]);
        }
    }

    private LlamaModel Model(string name) => name == "bert" ? _bert : _llama;

    private float[][] Embed(string model, PoolingType pooling, EmbeddingNormalization normalization, string text)
    {
        using var embedder = new TextEmbedder(Model(model), new EmbeddingOptions
        {
            PoolingType = pooling,
            Normalization = normalization,
            Threads = 1,
        });
        return [.. embedder.Embed(text).Vectors];
    }

    internal static void AssertClose(float[] expected, float[] actual, float tolerance = 1e-3f)
    {
        Assert.Equal(expected.Length, actual.Length);
        float worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(worst <= tolerance, $"the largest difference is {worst}");
    }
}
