using System.Runtime.CompilerServices;

namespace LlamaNative.Gguf;

/// <summary>An interpolated reason for refusing a value, put together only where it is refused: most files are well.</summary>
[InterpolatedStringHandler]
internal ref struct Reason
{
    private DefaultInterpolatedStringHandler _text;

    /// <param name="literalLength">The compiler's count of constant characters.</param>
    /// <param name="formattedCount">The compiler's count of values between them.</param>
    /// <param name="condition">What is required.</param>
    /// <param name="isWanted">Whether the compiler's code goes on to append.</param>
    public Reason(int literalLength, int formattedCount, bool condition, out bool isWanted)
    {
        isWanted = !condition;
        if (isWanted)
        {
            _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        }
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public string Take() => _text.ToStringAndClear();
}
