using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Chat;

/// <summary>
/// Chooses freely until a mark appears in the text, and by a grammar behind it: so a model decides for itself whether to
/// call a tool, and a call it begins always parses. Where a message that begins with a brace is a call by itself, the
/// grammar takes over at the brace.
/// </summary>
internal sealed class TriggeredSampler(Vocabulary vocabulary, ITokenSampler free, ITokenSampler constrained, ToolSyntax syntax) : ITokenSampler
{
    private StopSequenceMatcher _matcher = new([syntax.Begin]);
    private bool _triggered;
    private bool _begun;

    public int Sample(ReadOnlySpan<float> logits)
    {
        if (_triggered)
        {
            return constrained.Sample(logits);
        }

        int token = free.Sample(logits);
        _triggered = !_begun && syntax.PlainJsonIsCall && BeginsJson(token);
        return _triggered ? constrained.Sample(logits) : token;
    }

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
            _begun |= !char.IsWhiteSpace((char)piece[i]);

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
        _matcher = new StopSequenceMatcher([syntax.Begin]);
        _triggered = false;
        _begun = false;
    }

    private bool BeginsJson(int token)
    {
        Span<byte> piece = stackalloc byte[256];
        return piece[..Math.Max(0, vocabulary.GetPiece(token, piece, special: true))].TrimStart(" \n"u8).StartsWith("{"u8);
    }
}
