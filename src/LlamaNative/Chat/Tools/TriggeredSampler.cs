using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Chat;

/// <summary>
/// Chooses freely until a mark appears in the text, and by a grammar behind it: so a model decides for itself whether to
/// call a tool, and a call it begins always parses.
/// </summary>
internal sealed class TriggeredSampler(Vocabulary vocabulary, ITokenSampler free, ITokenSampler constrained, string mark) : ITokenSampler
{
    private StopSequenceMatcher _matcher = new([mark]);
    private bool _triggered;

    public int Sample(ReadOnlySpan<float> logits) => (_triggered ? constrained : free).Sample(logits);

    public void Accept(int token)
    {
        if (_triggered)
        {
            constrained.Accept(token);
            return;
        }

        free.Accept(token);
        Span<byte> piece = stackalloc byte[256];
        int length = vocabulary.GetPiece(token, piece, special: true);
        for (int i = 0; i < length; i++)
        {
            // A token that reaches beyond the mark has begun the call by itself; it can be held to nothing any more.
            if (_matcher.Next(piece[i]) > 0 && piece[(i + 1)..length].Trim(" \n"u8).IsEmpty)
            {
                _triggered = true;
            }
        }
    }

    public void AcceptPrompt(ReadOnlySpan<int> tokens)
    {
        free.AcceptPrompt(tokens);
        constrained.AcceptPrompt(tokens);
    }

    public void Reset()
    {
        free.Reset();
        constrained.Reset();
        _matcher = new StopSequenceMatcher([mark]);
        _triggered = false;
    }
}
