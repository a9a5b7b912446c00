using LlamaNative.Generation;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Chat;

/// <summary>
/// Samples freely until a marker appears in the text, and with the tool grammar after it: the model decides whether to call a
/// tool, and a call it starts always parses. If a message that starts with a brace is a call, the grammar applies from the
/// brace. A marker in the model's thoughts, which may be about calls, starts none.
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
    private const string ThoughtBegin = "<think>";
    private const string ThoughtEnd = "</think>";

    /// <summary>Tokens at the end of a prompt in which the beginning of thoughts is looked for.</summary>
    private const int PromptEnd = 8;

    private readonly ConstrainedSampler _sampler = new(vocabulary, sampler, free);
    private StopSequenceMatcher _matcher = new([syntax.Begin]);
    private StopSequenceMatcher _thought = new([ThoughtBegin]);
    private int _printed;
    private bool _isThinking;

    private bool IsTriggered => _sampler.Grammar == tools;

    public int Sample(ReadOnlySpan<float> logits)
    {
        int token = _sampler.Sample(logits);
        if (_printed > 0 || IsTriggered || !syntax.PlainJsonIsCall || !BeginsJson(token))
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
            _printed += char.IsWhiteSpace((char)piece[i]) ? 0 : 1;
            if (_thought.Next(piece[i]) > 0)
            {
                SetThinking(!_isThinking);
            }

            // A token that extends past the marker has already started the call; the grammar can no longer apply.
            bool isMarked = _matcher.Next(piece[i]) > 0 && piece[(i + 1)..length].Trim(" \n"u8).IsEmpty;
            if (isMarked && !_isThinking && (!syntax.MarkerIsCommon || _printed == syntax.Begin.Length))
            {
                _sampler.Grammar = tools;
            }
        }
    }

    public void AcceptPrompt(ReadOnlySpan<int> tokens)
    {
        // Some templates begin the thoughts themselves.
        string end = string.Concat(tokens[Math.Max(0, tokens.Length - PromptEnd)..].ToArray()
            .Select(token => vocabulary.GetPiece(token, showSpecial: true)));
        SetThinking(end.TrimEnd().EndsWith(ThoughtBegin, StringComparison.Ordinal));
        _sampler.AcceptPrompt(tokens);
    }

    public void Reset()
    {
        tools.Reset();
        _sampler.Grammar = free;
        _sampler.Reset();
        _matcher = new StopSequenceMatcher([syntax.Begin]);
        _printed = 0;
        SetThinking(false);
    }

    private void SetThinking(bool isThinking)
    {
        _isThinking = isThinking;
        _thought = new StopSequenceMatcher([isThinking ? ThoughtEnd : ThoughtBegin]);
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
