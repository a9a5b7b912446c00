using System.Text;
using LlamaNative.Chat;

namespace LlamaNative;

/// <summary>
/// An answer as it is generated, in pieces of whole characters. Enumerate it once; leaving the loop early or cancelling stops the
/// model, and what it generated until then is kept as the message.
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

    /// <summary>The message, once the enumeration has ended; null when it failed.</summary>
    public ChatMessage? Message { get; private set; }

    /// <summary>Why the answer ended, its usage and timings, once the enumeration has ended; null when it failed.</summary>
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

    /// <summary>What was made after the caller left the loop was said as well, and is in the cache.</summary>
    private void TakeUnseen()
    {
        if (_stream.Result is { } result && result.Text.Length > _received)
        {
            string unseen = result.Text[_received..];
            _speech.Append(_tools is null ? unseen : _tools.Append(unseen) + _tools.Complete());
        }
    }

    /// <summary>Waits for the whole answer.</summary>
    public async Task<ChatMessage> CompleteAsync(CancellationToken cancellationToken = default)
    {
        await foreach (string _ in this.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
        }

        return Message!;
    }
}
