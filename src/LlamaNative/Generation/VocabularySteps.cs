using LlamaNative.Interop;
using LlamaNative.Models;

namespace LlamaNative.Generation;

/// <summary>The tokenizer step, using the model's vocabulary.</summary>
internal sealed class VocabularyTokenizer(Vocabulary vocabulary, bool addSpecial = true, bool parseSpecial = false) : ITokenizer
{
    /// <inheritdoc/>
    public int[] Tokenize(string prompt)
    {
        int[] tokens = vocabulary.Tokenize(prompt, addSpecial, parseSpecial);
        if (addSpecial && vocabulary.AddsBos && tokens.Length > 1 && tokens[0] == vocabulary.Bos && tokens[1] == vocabulary.Bos)
        {
            using NativeLog.Scope scope = NativeLog.To(vocabulary.Logger);
            NativeLog.Warn("The prompt begins with two begin-of-text tokens, the one added for the model and its own, which can degrade "
                + "the output. Set GenerationOptions.AddSpecial to false for prompts that contain it.");
        }

        return tokens;
    }
}

/// <summary>The detokenizer step, using the model's vocabulary.</summary>
internal sealed class VocabularyDetokenizer(Vocabulary vocabulary, bool showSpecial = false) : IDetokenizer
{
    /// <inheritdoc/>
    public int Write(int token, Span<byte> destination) => vocabulary.GetPiece(token, destination, showSpecial);
}
