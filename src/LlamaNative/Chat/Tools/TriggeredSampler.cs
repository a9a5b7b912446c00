using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Chat;

/// <summary>
/// Samples freely until a marker appears in the text, and with the tool grammar after it: the model decides whether to call a
/// tool, and a call it starts always parses. If a message that starts with a brace is a call, the grammar applies from the
/// brace.
/// </summary>
/// <param name="vocabulary">The model's vocabulary.</param>
/// <param name="sampler">Chooses every token; owned by this instance.</param>
/// <param name="free">The grammar before the marker, or null; owned by this instance.</param>
/// <param name="tools">The grammar after the marker; owned by this instance.</param>
/// <param name="syntax">The model's tool-call syntax.</param>
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
        int length = vocabulary.GetPiece(token, piece, showSpecial: true);
        for (int i = 0; i < length; i++)
        {
            _begun |= !char.IsWhiteSpace((char)piece[i]);

            // A token that extends past the marker has already started the call; the grammar can no longer apply.
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
        return piece[..Math.Max(0, vocabulary.GetPiece(token, piece, showSpecial: true))].TrimStart(" \n"u8).StartsWith("{"u8);
    }
}
