using System.Text;
using LlamaNative.Chat;

namespace LlamaNative;

/// <summary>
/// An answer that is streamed in pieces of whole characters. Enumerate it once: the turn begins with the enumeration, after the messages
/// that the session then has, and changes the session when the enumeration ends. Leaving the loop early or cancelling stops the
/// generation; the text generated so far is kept as the message. An answer that fails, or is cancelled before its first text, leaves the
/// conversation as it was.
/// </summary>
public sealed class ChatAnswer : IAsyncEnumerable<string>
{
    private readonly ChatTurn _turn;
    private readonly StreamingGeneration _stream;
    private readonly ToolCallReader? _tools;
    private readonly StringBuilder _speech = new();
    private int _received;

    internal ChatAnswer(ChatTurn turn, StreamingGeneration stream, ToolCallReader? tools)
    {
        _turn = turn;
        _stream = stream;
        _tools = tools;
    }

    /// <summary>
    /// The message once the enumeration has ended; null after a failure, and after a cancellation before the first text.
    /// </summary>
    public ChatMessage? Message { get; private set; }

    /// <summary>Stop reason, token counts and timings once the enumeration has ended; null after a failure.</summary>
    public GenerationResult? Result => _stream.Result;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The answer was enumerated before, or another answer, save or load is in progress.
    /// The conversation is unchanged.</exception>
    public async IAsyncEnumerator<string> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _turn.Start();
        try
        {
            await foreach (string piece in _stream.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                _received += piece.Length;
                string speech = _tools?.Append(piece) ?? piece;
                _speech.Append(speech);
                if (speech.Length > 0)
                {
                    yield return speech;
                }
            }

            string rest = _tools?.Complete() ?? "";
            _speech.Append(rest);
            if (rest.Length > 0)
            {
                yield return rest;
            }
        }
        finally
        {
            TakeUnseen();
            Message = _turn.End(_stream.Result, _speech.ToString(), _tools?.Calls ?? []);
        }
    }

    /// <summary>
    /// Pieces generated after the caller left the loop belong to the message too, because they are in the cache.
    /// </summary>
    private void TakeUnseen()
    {
        if (_stream.Result is { } result && result.Text.Length > _received)
        {
            string unseen = result.Text[_received..];
            _speech.Append(_tools is null ? unseen : _tools.Append(unseen) + _tools.Complete());
        }
    }

    /// <summary>Enumerates the whole answer and returns the message.</summary>
    /// <inheritdoc cref="GetAsyncEnumerator" path="/exception"/>
    public async Task<ChatMessage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        await foreach (string _ in this.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
        }

        return Message!;
    }
}
