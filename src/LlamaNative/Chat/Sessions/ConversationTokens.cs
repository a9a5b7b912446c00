using System.Runtime.InteropServices;
using LlamaNative.Models;

namespace LlamaNative.Chat;

/// <summary>
/// The tokens of a conversation and the text they represent. Tokenizing generated text can give other tokens than the model
/// generated, and the cache would no longer match. Existing tokens are therefore kept, and only text after them is tokenized.
/// </summary>
internal sealed class ConversationTokens
{
    private readonly Vocabulary _vocabulary;
    private readonly List<int> _tokens = [];
    private readonly List<Mark> _marks = [];
    private string _text = "";

    public ConversationTokens(Vocabulary vocabulary) => _vocabulary = vocabulary;

    private ConversationTokens(ConversationTokens other)
        : this(other._vocabulary)
    {
        _tokens.AddRange(other._tokens);
        _marks.AddRange(other._marks);
        _text = other._text;
    }

    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>The text that the tokens represent.</summary>
    public string Text => _text;

    /// <summary>Positions where text and tokens are known to correspond: the ends of prompts and answers.</summary>
    public IReadOnlyList<Mark> Marks => _marks;

    public ConversationTokens Clone() => new(this);

    /// <summary>
    /// Changes the text to <paramref name="text"/>, keeping the tokens up to the last mark of the common prefix.
    /// </summary>
    public void MoveTo(string text)
    {
        int kept = _marks.FindLastIndex(
            mark => mark.TextLength <= text.Length && text.AsSpan().StartsWith(_text.AsSpan(0, mark.TextLength)));
        Mark from = kept < 0 ? default : _marks[kept];
        _marks.RemoveRange(kept + 1, _marks.Count - kept - 1);
        CollectionsMarshal.SetCount(_tokens, from.TokenCount);
        _tokens.AddRange(from.TokenCount == 0 ? Beginning(text) : Continuation(text[from.TextLength..]));
        _text = text;
        AddMark();
    }

    /// <summary>Appends an answer: its generated tokens and their text.</summary>
    public void AddAnswer(string text, ReadOnlySpan<int> tokens)
    {
        _tokens.AddRange(tokens);
        _text += text;
        AddMark();
    }

    /// <summary>
    /// Removes tokens in the middle, as after a cache shift. The text is kept, so that later text can still be matched.
    /// </summary>
    public void RemoveTokens(int start, int count)
    {
        _tokens.RemoveRange(start, count);
        for (int i = 0; i < _marks.Count; i++)
        {
            int tokens = _marks[i].TokenCount;
            _marks[i] = _marks[i] with { TokenCount = tokens <= start ? tokens : Math.Max(start, tokens - count) };
        }
    }

    /// <summary>Restores saved tokens.</summary>
    public void Restore(string text, ReadOnlySpan<int> tokens, IEnumerable<Mark> marks)
    {
        _text = text;
        _tokens.Clear();
        _tokens.AddRange(tokens);
        _marks.Clear();
        _marks.AddRange(marks);
    }

    private void AddMark() => _marks.Add(new Mark(_text.Length, _tokens.Count));

    private int[] Beginning(string text)
    {
        // Most templates include the begin-of-text token; adding it twice would degrade the output.
        int[] tokens = _vocabulary.Tokenize(text, addSpecial: false, parseSpecial: true);
        bool missing = _vocabulary is { AddsBos: true, Bos: not null } && _vocabulary.CountLeadingBos(tokens) == 0;
        return missing ? [_vocabulary.Bos!.Value, .. tokens] : tokens;
    }

    private int[] Continuation(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        // SentencePiece prepends a space to every text, which is wrong in the middle of a conversation. So the text is
        // tokenized after an anchor that absorbs the space, and the anchor's tokens are removed where they can be identified.
        const string Anchor = "\n";
        if (_vocabulary.Type == VocabularyType.SentencePiece)
        {
            int[] anchor = _vocabulary.Tokenize(Anchor, addSpecial: false);
            int[] both = _vocabulary.Tokenize(Anchor + text, addSpecial: false, parseSpecial: true);
            if (both.AsSpan().StartsWith(anchor))
            {
                return both[anchor.Length..];
            }
        }

        return _vocabulary.Tokenize(text, addSpecial: false, parseSpecial: true);
    }

    /// <summary>The first <c>TextLength</c> characters correspond to the first <c>TokenCount</c> tokens.</summary>
    internal readonly record struct Mark(int TextLength, int TokenCount);
}
