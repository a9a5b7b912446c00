using LlamaNative.Models;

namespace LlamaNative.Generation;

/// <summary>The first step as the model's own vocabulary does it.</summary>
internal sealed class VocabularyTokenizer(Vocabulary vocabulary, bool addSpecial = true, bool parseSpecial = false) : ITokenizer
{
    /// <inheritdoc/>
    public int[] Tokenize(string prompt) => vocabulary.Tokenize(prompt, addSpecial, parseSpecial);
}

/// <summary>The last step as the model's own vocabulary does it.</summary>
internal sealed class VocabularyDetokenizer(Vocabulary vocabulary, bool showSpecial = false) : IDetokenizer
{
    /// <inheritdoc/>
    public int Write(int token, Span<byte> destination) => vocabulary.GetPiece(token, destination, showSpecial);
}
