using LlamaNative.Models;

namespace LlamaNative.Generation;

/// <summary>The tokenizer step, using the model's vocabulary.</summary>
internal sealed class VocabularyTokenizer(Vocabulary vocabulary, bool addSpecial = true, bool parseSpecial = false) : ITokenizer
{
    /// <inheritdoc/>
    public int[] Tokenize(string prompt) => vocabulary.Tokenize(prompt, addSpecial, parseSpecial);
}

/// <summary>The detokenizer step, using the model's vocabulary.</summary>
internal sealed class VocabularyDetokenizer(Vocabulary vocabulary, bool showSpecial = false) : IDetokenizer
{
    /// <inheritdoc/>
    public int Write(int token, Span<byte> destination) => vocabulary.GetPiece(token, destination, showSpecial);
}
