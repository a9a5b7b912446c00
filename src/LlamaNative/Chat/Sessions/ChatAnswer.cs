using LlamaNative.Generation;

namespace LlamaNative.Chat;

/// <summary>
/// An answer as it comes, in pieces of whole characters. Enumerate it once; leaving the loop early or cancelling stops the
/// model, and what it said by then is kept as the message.
/// </summary>
public sealed class ChatAnswer : IAsyncEnumerable<string>
{
    private readonly ChatSession _session;
    private readonly StreamingGeneration _stream;

    internal ChatAnswer(ChatSession session, StreamingGeneration stream)
    {
        _session = session;
        _stream = stream;
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
                yield return piece;
            }
        }
        finally
        {
            Message = _session.Finish(this, _stream.Result);
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
