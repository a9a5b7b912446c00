using System.Diagnostics;
using System.Text;
using DesktopChat.Conversations;
using DesktopChat.Endpoints;
using DesktopChat.Events;

namespace DesktopChat.Answers;

/// <summary>An answer in progress; collects the text and publishes its pieces.</summary>
#pragma warning disable CA1001 // the source has no unmanaged resources, and holders of the answer may still cancel it
internal sealed class RunningAnswer(string conversationId, EventHub events)
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private readonly CancellationTokenSource _stop = new();
    private AnswerPhase _phase;
    private long _first;
    private int _pieces;

    public CancellationToken Stopped => _stop.Token;

    /// <summary>The messages that this answer replaces; they come back if it ends without text.</summary>
    public IReadOnlyList<Message> Replaced { get; init; } = [];

    /// <summary>Completes when the answer is saved and no longer listed.</summary>
    public Task Done { get; set; } = Task.CompletedTask;

    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _text.ToString();
            }
        }
    }

    public AnswerState State
    {
        get
        {
            lock (_gate)
            {
                return new AnswerState(conversationId, _phase, _text.ToString());
            }
        }
    }

    public void Stop() => _stop.Cancel();

    public void Enter(AnswerPhase phase)
    {
        lock (_gate)
        {
            _phase = phase;
            events.Publish(EventNames.Answer, new AnswerState(conversationId, phase, _text.ToString()), DesktopJson.Default.AnswerState);
        }
    }

    public void Append(string piece)
    {
        if (_phase != AnswerPhase.Writing)
        {
            Enter(AnswerPhase.Writing);
            _first = Stopwatch.GetTimestamp();
        }

        lock (_gate)
        {
            // Pieces are roughly tokens; the exact speed comes with the result.
            double speed = _pieces > 0 ? _pieces / Stopwatch.GetElapsedTime(_first).TotalSeconds : 0;
            _pieces++;
            events.Publish(EventNames.Piece, new AnswerPiece(conversationId, _text.Length, piece, Math.Round(speed, 1)),
                DesktopJson.Default.AnswerPiece);
            _text.Append(piece);
        }
    }
}
