using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;
using static LlamaNative.Tests.Sampling.Candidates;

namespace LlamaNative.Tests.Sampling;

/// <summary>Grammars in a chain: what they reject, and that a model's random output conforms to them.</summary>
public sealed class GrammarSamplerTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private Vocabulary Vocabulary => tiny.Model.Vocabulary;

    public static TheoryData<string> Bad =>
    [
        "root ::", "root ::= \"a", "root = \"a\"", "other ::= \"a\"", "root ::= missing", "root ::= [z", "root ::= (\"a\"", "\0", "::=",
        "root ::= root \"a\" | \"b\"",
        "root ::= a\na ::= b\nb ::= a | \"x\"",
        "root ::= " + new string('(', 20_000) + "\"a\"" + new string(')', 20_000),
        "root ::= \"a\"{1000000000}",
        "root ::= ((\"a\"{1,2000}){1,2000}){1,2000}",
    ];

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_grammar_is_refused_before_llama_cpp_sees_it(string gbnf)
    {
        var error = Assert.Throws<GrammarException>(() => SamplerChain.Create(Vocabulary, new SamplingOptions { Grammar = gbnf }));
        Assert.NotEmpty(error.Message);
        Assert.Equal("abc", Generate("root ::= \"abc\"").Text);
    }

    [Fact]
    public void An_unknown_root_is_refused() =>
        Assert.Throws<GrammarException>(
            () => SamplerChain.Create(Vocabulary, new SamplingOptions { Grammar = "root ::= \"a\"", GrammarRoot = "start" }));

    [Theory]
    [InlineData("root ::= \"abc\"", "abc")]
    [InlineData("root ::= \"猫🦙\"", "猫🦙")]
    [InlineData("root ::= \"a\"{20}", "aaaaaaaaaaaaaaaaaaaa")]
    public void The_text_is_what_the_grammar_says_and_then_it_ends(string gbnf, string text)
    {
        GenerationResult result = Generate(gbnf);
        Assert.Equal(text, result.Text);
        Assert.Equal(StopReason.EndOfGeneration, result.StopReason);
    }

    [Fact]
    public void Alternatives_are_chosen_by_the_model_and_the_seed()
    {
        string text = Generate("root ::= (\"a\" | \"b\"){30}", new SamplingOptions { Seed = 1, Temperature = 2 }).Text;
        Assert.Matches("^[ab]{30}$", text);
        Assert.Equal(text, Generate("root ::= (\"a\" | \"b\"){30}", new SamplingOptions { Seed = 1, Temperature = 2 }).Text);
    }

    [Fact]
    public void A_grammar_that_no_token_can_follow_is_an_error()
    {
        // Without the bytes above 127, this vocabulary has no token that starts a cat emoji.
        using var file = new TinyModel(new TinyModelOptions { Vocabulary = TinyVocabulary.BytePair(bytes: 128) });
        using LlamaModel model = file.Load();
        using SamplerChain chain = SamplerChain.Create(model.Vocabulary, new SamplingOptions { Grammar = "root ::= \"猫\"" });
        Assert.Throws<GrammarException>(() => chain.Sample(Four(model.Vocabulary)));
        Assert.Throws<GrammarException>(() => chain.Sample(Four(model.Vocabulary)));
        using SamplerChain next = SamplerChain.Create(model.Vocabulary, new SamplingOptions { Grammar = "root ::= \"a\"" });
        Assert.Equal("a", model.Vocabulary.GetPiece(next.Sample(Four(model.Vocabulary))));
    }

    [Fact]
    public void A_token_the_grammar_forbids_cannot_be_accepted()
    {
        // llama.cpp throws through the C interface here.
        using SamplerChain chain = SamplerChain.Create(Vocabulary, new SamplingOptions { Grammar = "root ::= \"abc\"" });
        Assert.Throws<GrammarException>(() => chain.Accept(tiny.Vocabulary["the"]));
        Assert.Throws<GrammarException>(() => chain.Accept(Vocabulary.Eos!.Value));
        chain.Accept(tiny.Vocabulary["ab"]);
        Assert.Equal(tiny.Vocabulary["c"], Single(chain, "c"));
        chain.Accept(tiny.Vocabulary["c"]);
        chain.Accept(Vocabulary.Eos!.Value);
        chain.Reset();
        chain.Accept(tiny.Vocabulary["abc"]);
    }

    [Fact]
    public void Bounds_of_the_grammar_meet_bounds_of_the_generation()
    {
        GenerationResult result = Generate("root ::= \"a\"+", maxTokens: 7);
        Assert.Matches("^a+$", result.Text);
    }

    private int Single(SamplerChain chain, string best)
    {
        float[] logits = Of(Vocabulary, (tiny.Vocabulary["the"], 9), (tiny.Vocabulary[best], 1));
        return chain.Sample(logits);
    }

    private GenerationResult Generate(string gbnf, SamplingOptions? sampling = null, int maxTokens = 100)
    {
        using LlamaContext context = tiny.NewContext();
        var options = new GenerationOptions
        {
            MaxTokens = maxTokens,
            Sampling = (sampling ?? SamplingOptions.Greedy) with { Grammar = gbnf },
        };
        return new TextGenerator(context).Generate("the cat", options);
    }
}
