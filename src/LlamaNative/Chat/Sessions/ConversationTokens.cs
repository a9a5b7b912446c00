using System.Runtime.InteropServices;
using LlamaNative.Models;

namespace LlamaNative.Chat;

/// <summary>
/// The tokens of a conversation beside its text. Text made by a model and split anew can give other tokens than those the
/// model made, and the cache would no longer match; so what was tokenized stays, and only text behind it is split.
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

    /// <summary>The text the tokens stand for.</summary>
    public string Text => _text;

    /// <summary>Places where text and tokens are known to agree: ends of prompts and of answers.</summary>
    public IReadOnlyList<Mark> Marks => _marks;

    public ConversationTokens Clone() => new(this);

    /// <summary>Makes the tokens those of <paramref name="text"/>, keeping them up to the last mark where the texts agree.</summary>
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

    /// <summary>Adds an answer: the tokens the model made and the text they gave.</summary>
    public void AddAnswer(string text, ReadOnlySpan<int> tokens)
    {
        _tokens.AddRange(tokens);
        _text += text;
        AddMark();
    }

    /// <summary>Forgets tokens in the middle, as a shifted cache has; the text stays, so that what follows still finds its place.</summary>
    public void RemoveTokens(int start, int count)
    {
        _tokens.RemoveRange(start, count);
        for (int i = 0; i < _marks.Count; i++)
        {
            int tokens = _marks[i].TokenCount;
            _marks[i] = _marks[i] with { TokenCount = tokens <= start ? tokens : Math.Max(start, tokens - count) };
        }
    }

    /// <summary>Takes up saved tokens.</summary>
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
        // Most templates write the token that begins a text themselves; adding it again would confuse the model.
        int[] tokens = _vocabulary.Tokenize(text, addSpecial: false, parseSpecial: true);
        bool missing = _vocabulary is { AddsBos: true, Bos: not null } && (tokens.Length == 0 || tokens[0] != _vocabulary.Bos);
        return missing ? [_vocabulary.Bos!.Value, .. tokens] : tokens;
    }

    private int[] Continuation(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        // SentencePiece puts a space before a text. In the middle of one it does not belong, so the text is split behind
        // an anchor, which takes the space, and the anchor's tokens are dropped where they can be told apart.
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

    /// <summary>So many characters of the text are so many tokens.</summary>
    internal readonly record struct Mark(int TextLength, int TokenCount);
}
