namespace LlamaNative.Generation;

/// <summary>
/// The UTF-8 text generated so far. It releases bytes only when they can no longer be part of a stop sequence or of an
/// incomplete character.
/// </summary>
internal sealed class TextStream(StopSequenceMatcher stops, int expectedBytes)
{
    private byte[] _bytes = new byte[Math.Max(expectedBytes, 256)];
    private int _length;
    private int _given;
    private int _pieceStart;

    /// <summary>Returns space for a token's bytes after the text; then call <see cref="Append"/>.</summary>
    public Span<byte> Room(int size)
    {
        if (_bytes.Length - _length < size)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + size));
        }

        return _bytes.AsSpan(_length);
    }

    /// <summary>
    /// Appends the bytes written to <see cref="Room"/>. Returns true if a stop sequence is complete; the text is then cut
    /// before it.
    /// </summary>
    public bool Append(int count)
    {
        for (int end = _length + count; _length < end;)
        {
            int stop = stops.Next(_bytes[_length++]);
            if (stop > 0)
            {
                _length -= stop;
                return true;
            }
        }

        return false;
    }

    /// <summary>The bytes released by the last call of a Take method.</summary>
    public ReadOnlySpan<byte> Piece => _bytes.AsSpan(_pieceStart, _given - _pieceStart);

    /// <summary>The whole text.</summary>
    public ReadOnlySpan<byte> All => _bytes.AsSpan(0, _length);

    /// <summary>Releases the bytes that became certain since the last call.</summary>
    public void TakeCertain() => TakeUntil(CharacterBoundary(_length - stops.Undecided));

    /// <summary>Releases all remaining bytes, at the end of the generation.</summary>
    public void TakeRest() => TakeUntil(_length);

    /// <summary>Releases nothing.</summary>
    public void TakeNothing() => TakeUntil(_given);

    private void TakeUntil(int end)
    {
        _pieceStart = _given;
        _given = Math.Max(end, _given);
    }

    /// <summary>The last position up to <paramref name="end"/> that does not split a UTF-8 character.</summary>
    private int CharacterBoundary(int end)
    {
        for (int back = 1; back <= 3 && back <= end; back++)
        {
            byte value = _bytes[end - back];
            if ((value & 0xC0) == 0x80)
            {
                continue; // a continuation byte; search for the lead byte
            }

            int length = value switch { >= 0xF0 and <= 0xF4 => 4, >= 0xE0 and < 0xF0 => 3, >= 0xC2 and < 0xE0 => 2, _ => 1 };
            return length > back ? end - back : end;
        }

        return end;
    }
}
