using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Chat;

/// <summary>
/// Chooses freely until a mark appears in the text, and by the grammar of the tools behind it: so a model decides for
/// itself whether to call a tool, and a call it begins always parses. Where a message that begins with a brace is a call
/// by itself, the grammar takes over at the brace.
/// </summary>
/// <param name="vocabulary">The model's vocabulary.</param>
/// <param name="sampler">Chooses every token; owned.</param>
/// <param name="free">The grammar until the mark, null for none; owned.</param>
/// <param name="tools">The grammar behind the mark; owned.</param>
/// <param name="syntax">How the model writes calls.</param>
internal sealed class TriggeredSampler(
    Vocabulary vocabulary, ITokenSampler sampler, GrammarSampler? free, GrammarSampler tools, ToolSyntax syntax)
    : ITokenSampler, IDisposable
{
    private readonly ConstrainedSampler _sampler = new(vocabulary, sampler, free);
    private StopSequenceMatcher _matcher = new([syntax.Begin]);
    private bool _begun;

    private bool IsTriggered => _sampler.Grammar == tools;

    public int Sample(ReadOnlySpan<float> logits)
    {
        int token = _sampler.Sample(logits);
        if (_begun || IsTriggered || !syntax.PlainJsonIsCall || !BeginsJson(token))
        {
            return token;
        }

        _sampler.Grammar = tools;
        return _sampler.Sample(logits);
    }

    public void Accept(int token)
    {
        _sampler.Accept(token);
        if (IsTriggered)
        {
            return;
        }

        Span<byte> piece = stackalloc byte[256];
        int length = vocabulary.GetPiece(token, piece, special: true);
        for (int i = 0; i < length; i++)
        {
            _begun |= !char.IsWhiteSpace((char)piece[i]);

            // A token that reaches beyond the mark has begun the call by itself; it can be held to nothing any more.
            if (_matcher.Next(piece[i]) > 0 && piece[(i + 1)..length].Trim(" \n"u8).IsEmpty)
            {
                _sampler.Grammar = tools;
            }
        }
    }

    public void AcceptPrompt(ReadOnlySpan<int> tokens) => _sampler.AcceptPrompt(tokens);

    public void Reset()
    {
        tools.Reset();
        _sampler.Grammar = free;
        _sampler.Reset();
        _matcher = new StopSequenceMatcher([syntax.Begin]);
        _begun = false;
    }

    public void Dispose()
    {
        _sampler.Dispose();
        free?.Dispose();
        tools.Dispose();
    }

    private bool BeginsJson(int token)
    {
        Span<byte> piece = stackalloc byte[256];
        return piece[..Math.Max(0, vocabulary.GetPiece(token, piece, special: true))].TrimStart(" \n"u8).StartsWith("{"u8);
    }
}
