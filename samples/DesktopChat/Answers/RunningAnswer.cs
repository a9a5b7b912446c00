using System.Diagnostics;
using System.Text;
using DesktopChat.Endpoints;
using DesktopChat.Events;

namespace DesktopChat.Answers;

/// <summary>An answer under way: what it says so far, told piece by piece.</summary>
#pragma warning disable CA1001 // the source holds nothing but memory, and may be cancelled by whoever still has the answer
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

    /// <summary>Completes when the answer is kept and no longer listed.</summary>
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
            // A piece is a token or nearly so; the exact speed comes with the result.
            double speed = _pieces > 0 ? _pieces / Stopwatch.GetElapsedTime(_first).TotalSeconds : 0;
            _pieces++;
            events.Publish(EventNames.Piece, new AnswerPiece(conversationId, _text.Length, piece, Math.Round(speed, 1)),
                DesktopJson.Default.AnswerPiece);
            _text.Append(piece);
        }
    }
}
