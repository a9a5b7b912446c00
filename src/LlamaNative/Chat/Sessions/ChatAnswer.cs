using System.Text;
using LlamaNative.Chat;

namespace LlamaNative;

/// <summary>
/// An answer that is streamed in pieces of whole characters. Enumerate it once. Leaving the loop early or cancelling stops the
/// generation; the text generated so far is kept as the message.
/// </summary>
public sealed class ChatAnswer : IAsyncEnumerable<string>
{
    private readonly ChatSession _session;
    private readonly StreamingGeneration _stream;
    private readonly ToolCallReader? _tools;
    private readonly StringBuilder _speech = new();
    private int _received;

    internal ChatAnswer(ChatSession session, StreamingGeneration stream, ToolCallReader? tools)
    {
        _session = session;
        _stream = stream;
        _tools = tools;
    }

    /// <summary>The message once the enumeration has ended; null after a failure.</summary>
    public ChatMessage? Message { get; private set; }

    /// <summary>Stop reason, token counts and timings once the enumeration has ended; null after a failure.</summary>
    public GenerationResult? Result => _stream.Result;

    /// <inheritdoc/>
    public async IAsyncEnumerator<string> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _session.Start(this);
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
            Message = _session.Finish(this, _stream.Result, _speech.ToString(), _tools?.Calls ?? []);
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
    public async Task<ChatMessage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        await foreach (string _ in this.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
        }

        return Message!;
    }
}
