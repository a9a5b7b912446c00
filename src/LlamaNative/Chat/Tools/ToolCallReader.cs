using System.Text;

namespace LlamaNative.Chat;

/// <summary>
/// Separates text from tool calls in a streamed message. Text is released at once, the source of a call never, and text that
/// only resembled a call at the end. Each character is examined at most once per marker character.
/// </summary>
internal sealed class ToolCallReader
{
    private readonly ToolSyntax _syntax;
    private readonly IReadOnlyList<ToolDefinition> _tools;
    private readonly List<ToolCall> _calls = [];
    private readonly StringBuilder _body = new();
    private readonly MarkFinder _begin;
    private readonly MarkFinder? _end;
    private readonly MarkFinder? _address;
    private State _state;

    /// <param name="syntax">The model's tool-call syntax.</param>
    /// <param name="tools">The tools offered to the model.</param>
    public ToolCallReader(ToolSyntax syntax, IReadOnlyList<ToolDefinition> tools)
    {
        _syntax = syntax;
        _tools = tools;
        _begin = new MarkFinder(syntax.Begin);
        _end = syntax.End is { } end ? new MarkFinder(end) : null;
        _address = syntax.Address is { } address ? new MarkFinder(address) : null;
        _state = _address is null ? State.Start : State.Address;
    }

    private enum State
    {
        /// <summary>Only whitespace so far: some models write a call as a plain JSON message.</summary>
        Start,

        /// <summary>In text, looking for the marker.</summary>
        Speech,

        /// <summary>After the marker, in the recipient of this part.</summary>
        Address,

        /// <summary>In a call.</summary>
        Call,

        /// <summary>The whole message is JSON.</summary>
        PlainJson,
    }

    /// <summary>The calls parsed so far.</summary>
    public IReadOnlyList<ToolCall> Calls => _calls;

    /// <summary>Processes a piece of the message and returns the text that became certain.</summary>
    public string Append(string piece)
    {
        var speech = new StringBuilder();
        foreach (char character in piece)
        {
            Take(character, speech);
        }

        return speech.ToString();
    }

    /// <summary>Ends the message and returns the remaining text.</summary>
    public string Complete()
    {
        var speech = new StringBuilder();
        switch (_state)
        {
            case State.Speech:
                speech.Append(_begin.Pending);
                break;
            case State.Call:
                EndCall(speech, "");
                break;
            case State.PlainJson when TryTake(_body.ToString().Trim()):
                break;
            default:
                speech.Append(_body);
                break;
        }

        _body.Clear();
        return speech.ToString();
    }

    private void Take(char character, StringBuilder speech)
    {
        switch (_state)
        {
            case State.Start when char.IsWhiteSpace(character):
                _body.Append(character);
                break;

            case State.Start when _syntax.TakesPlainJson && character is '{' or '[':
                _body.Append(character);
                _state = State.PlainJson;
                break;

            case State.Start:
                speech.Append(_body);
                _body.Clear();
                _state = State.Speech;
                goto case State.Speech;

            case State.Speech:
                if (_begin.Next(character, speech))
                {
                    _state = _address is null ? State.Call : State.Address;
                }

                break;

            case State.Address:
                _body.Append(character);
                if (_address!.Next(character))
                {
                    bool toEveryone = _body.ToString(0, _body.Length - _syntax.Address!.Length).Trim() == AddressedSyntax.Everyone;
                    _state = toEveryone ? State.Speech : State.Call;
                    if (toEveryone)
                    {
                        _body.Clear();
                    }
                }

                break;

            case State.Call:
                _body.Append(character);
                if (_end?.Next(character) == true)
                {
                    _body.Length -= _syntax.End!.Length;
                    EndCall(speech, _syntax.End);
                    _state = State.Speech;
                }
                else if (_address is not null && _begin.Next(character))
                {
                    _body.Length -= _syntax.Begin.Length;
                    EndCall(speech, "");
                    _state = State.Address;
                }

                break;

            default:
                _body.Append(character);
                break;
        }
    }

    private void EndCall(StringBuilder speech, string end)
    {
        if (!TryTake(_body.ToString()))
        {
            speech.Append(_address is null ? _syntax.Begin : "").Append(_body).Append(end);
        }

        _body.Clear();
    }

    private bool TryTake(string body)
    {
        var calls = new List<ToolCall>();
        if (!_syntax.TryRead(body, _tools, calls))
        {
            return false;
        }

        _calls.AddRange(calls);
        return true;
    }
}
