using System.Text;

namespace LlamaNative.Chat;

/// <summary>
/// Takes a model's message as it comes and tells speech from tool calls: speech is given out at once, the text of a call
/// never is, and a text that only looked like a call is given out at the end.
/// </summary>
internal sealed class ToolCallReader(ToolSyntax syntax)
{
    private readonly StringBuilder _pending = new();
    private readonly List<ToolCall> _calls = [];
    private State _state = State.Start;

    private enum State
    {
        /// <summary>Nothing but white space yet: a message that is JSON is a call to some models.</summary>
        Start,

        /// <summary>Speech, in which the mark is looked for.</summary>
        Speech,

        /// <summary>Behind the mark.</summary>
        Call,

        /// <summary>The whole message is JSON.</summary>
        PlainJson,
    }

    /// <summary>The calls read so far.</summary>
    public IReadOnlyList<ToolCall> Calls => _calls;

    /// <summary>Takes a piece of the message and returns the speech that became certain.</summary>
    public string Append(string piece)
    {
        _pending.Append(piece);
        var speech = new StringBuilder();
        while (Step(speech))
        {
        }

        return speech.ToString();
    }

    /// <summary>Ends the message and returns the rest of its speech.</summary>
    public string Complete()
    {
        string rest = _pending.ToString();
        _pending.Clear();
        if (_state == State.Call && TryTake(rest))
        {
            return "";
        }

        if (_state == State.PlainJson && TryTake(rest.Trim()))
        {
            return "";
        }

        return _state == State.Call ? syntax.Begin + rest : rest;
    }

    private bool Step(StringBuilder speech)
    {
        string text = _pending.ToString();
        switch (_state)
        {
            case State.Start:
                string trimmed = text.TrimStart();
                if (trimmed.Length == 0)
                {
                    return false;
                }

                _state = syntax.TakesPlainJson && trimmed[0] is '{' or '[' ? State.PlainJson : State.Speech;
                return true;

            case State.Speech:
                int begin = text.IndexOf(syntax.Begin, StringComparison.Ordinal);
                int certain = begin >= 0 ? begin : text.Length - PossibleBegin(text);
                speech.Append(text, 0, certain);
                _pending.Remove(0, begin >= 0 ? begin + syntax.Begin.Length : certain);
                _state = begin >= 0 ? State.Call : State.Speech;
                return begin >= 0;

            case State.Call when syntax.End is { } endMark && text.IndexOf(endMark, StringComparison.Ordinal) is >= 0 and int end:
                if (!TryTake(text[..end]))
                {
                    speech.Append(syntax.Begin).Append(text, 0, end + endMark.Length);
                }

                _pending.Remove(0, end + endMark.Length);
                _state = State.Speech;
                return true;

            default:
                return false;
        }
    }

    private bool TryTake(string body)
    {
        var calls = new List<ToolCall>();
        if (!syntax.TryRead(body, calls))
        {
            return false;
        }

        _calls.AddRange(calls);
        return true;
    }

    /// <summary>How many of the last characters may be the beginning of the mark.</summary>
    private int PossibleBegin(string text)
    {
        for (int length = Math.Min(text.Length, syntax.Begin.Length - 1); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(syntax.Begin.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
