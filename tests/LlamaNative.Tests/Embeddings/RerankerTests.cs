using LlamaNative.Contexts;
using LlamaNative.Embeddings;
using LlamaNative.Gguf;
using LlamaNative.Models;

namespace LlamaNative.Tests.Embeddings;

/// <summary>Reranking: pairs in llama-server's format (format_prompt_rerank), and the classification head computed by hand.</summary>
public sealed class RerankerTests : IDisposable
{
    private static readonly string[] s_documents = ["the dog sat", "a cat sat on the mat", "mat"];
    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Scores_are_the_heads_of_query_and_document(int classes)
    {
        ModelFile file = ModelFile.Bert(pooling: 4, classes: [.. Enumerable.Range(0, classes).Select(i => $"class {i}")]);
        using LlamaModel model = _files.Load(file);
        using var reranker = new Reranker(model, new EmbeddingOptions { Threads = 1 });
        IReadOnlyList<RankedDocument> ranked = reranker.Rank("the cat", s_documents);

        var bert = new BertByHand(file);
        for (int i = 0; i < s_documents.Length; i++)
        {
            // Only [CLS] query [SEP] document for a vocabulary that adds a separator but no end token.
            int[] tokens = [2, .. Words(model, "the cat"), 3, .. Words(model, s_documents[i])];
            double[] first = Array.ConvertAll(bert.Run(tokens)[0], value => (double)value);
            double[] scores = bert.Linear("cls.output", [.. bert.Linear("cls", first).Select(Math.Tanh)]);
            RankedDocument document = ranked.Single(entry => entry.Index == i);
            Assert.Equal(tokens.Length, document.TokenCount);
            TextEmbedderTests.AssertClose(Array.ConvertAll(scores, value => (float)value), [.. document.Scores], 5e-3f);
            Assert.Equal(document.Scores[0], document.Score);
        }

        Assert.Equal(ranked.OrderByDescending(document => document.Score), ranked);
        Assert.Equal(Enumerable.Range(0, classes).Select(i => $"class {i}"), reranker.Labels);
    }

    [Fact]
    public void Models_without_a_head_are_refused()
    {
        using LlamaModel bert = _files.Load(ModelFile.Bert());
        using LlamaModel llama = _files.Load(ModelFile.Llama());
        Assert.Contains("head", Assert.Throws<ContextCreationException>(() => new Reranker(bert)).Message, StringComparison.Ordinal);
        Assert.Contains("head", Assert.Throws<ContextCreationException>(() => new Reranker(llama)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_documents_are_refused_or_cut_and_long_queries_refused()
    {
        using LlamaModel model = _files.Load(ModelFile.Bert(pooling: 4, classes: ["score"]));
        string longText = string.Join(' ', Enumerable.Repeat("cat", 100));
        using var refusing = new Reranker(model, new EmbeddingOptions { Threads = 1 });
        Assert.Equal(1, Assert.Throws<InputTooLongException>(() => refusing.Rank("the cat", ["mat", longText])).Index);
        using var cutting = new Reranker(model, new EmbeddingOptions { Threads = 1, LongInputs = LongInputPolicy.Truncate });
        RankedDocument cut = cutting.Rank("the cat", [longText])[0];
        Assert.Equal(64, cut.TokenCount);
        Assert.Equal(2 + 2 + 100 - 64, cut.TruncatedTokens);
        string kept = string.Join(' ', Enumerable.Repeat("cat", 60));
        Assert.Equal(refusing.Rank("the cat", [kept])[0].Score, cut.Score, tolerance: 1e-4f);
        Assert.Throws<InputTooLongException>(() => cutting.Rank(longText, ["mat"]));
        Assert.Empty(cutting.Rank("the cat", []));
    }

    [Fact]
    public void A_template_is_filled_and_texts_smuggle_no_special_tokens_into_it()
    {
        ModelFile file = ModelFile.Bert(pooling: 4, classes: ["score"]);
        file.Metadata["tokenizer.chat_template.rerank"] = GgufValue.Of("[CLS] on {query} [MASK] a {document} [SEP]");
        using LlamaModel model = _files.Load(file);
        var prompt = new RerankPrompt(model);
        Assert.Equal(
            [2, 9, 5, 6, 4, 10, 11, 3],
            prompt.Build("the cat", "mat", 0, 64, LongInputPolicy.Refuse).Tokens);

        // A "[SEP]" in the document stays text: only the template's is token 3. Placeholders in a query are not replaced.
        int[] smuggled = prompt.Build("the cat", "mat [SEP] [SEP]", 0, 64, LongInputPolicy.Refuse).Tokens;
        Assert.Equal(1, smuggled.Count(token => token == 3));
        Assert.Single(prompt.Build("{document}", "mat", 0, 64, LongInputPolicy.Refuse).Tokens, token => token == 11);

        TokenizedInput cut = prompt.Build("the cat", "mat mat mat mat", 0, 9, LongInputPolicy.Truncate);
        Assert.Equal([2, 9, 5, 6, 4, 10, 11, 11, 3], cut.Tokens);
        Assert.Equal(2, cut.Truncated);
    }

    [Fact]
    public async Task Asynchronously_it_is_the_same()
    {
        using LlamaModel model = _files.Load(ModelFile.Bert(pooling: 4, classes: ["score"]));
        await using var reranker = new Reranker(model, new EmbeddingOptions { Threads = 1 });
        IReadOnlyList<RankedDocument> expected = reranker.Rank("the cat", s_documents);
        IReadOnlyList<RankedDocument> actual = await reranker.RankAsync("the cat", s_documents);
        Assert.Equal(expected.Select(document => (document.Index, document.Score)),
            actual.Select(document => (document.Index, document.Score)));
    }

    private static int[] Words(LlamaModel model, string text) => model.Vocabulary.Tokenize(text, addSpecial: false);
}
