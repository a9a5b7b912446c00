using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Generation;

/// <summary>Generates given tokens in order, regardless of the logits; then ends the text.</summary>
internal sealed class Script(TinyVocabulary vocabulary, params int[] tokens) : ITokenSampler
{
    private int _next;

    public int Sample(ReadOnlySpan<float> logits) => _next < tokens.Length ? tokens[_next] : vocabulary["</s>"];

    public void Accept(int token) => _next++;

    public void AcceptPrompt(ReadOnlySpan<int> tokens)
    {
    }

    public void Reset() => _next = 0;
}

/// <summary>Steps through a generation with given tokens.</summary>
internal sealed class Played
{
    public Played(TinyModelFixture tiny, int[] tokens, GenerationOptions? options = null)
    {
        using LlamaContext context = tiny.NewContext();
        options ??= new GenerationOptions();
        options = options with { Sampler = _ => new Script(tiny.Vocabulary, tokens) };
        using GenerationRun run = new TextGenerator(context).Start("the cat", options);
        bool more;
        do
        {
            more = run.MoveNext();
            Pieces.Add(run.Utf8.ToArray());
        }
        while (more);
        Assert.False(run.MoveNext());
        Assert.True(run.Utf8.IsEmpty);
        Result = run.GetResult();

        // The streamed text equals the text of the result.
        Assert.Equal(Result.Text, System.Text.Encoding.UTF8.GetString([.. Pieces.SelectMany(piece => piece)]));
    }

    /// <summary>The bytes of each step.</summary>
    public List<byte[]> Pieces { get; } = [];

    public GenerationResult Result { get; }

    public string Text => Result.Text;
}
