using System.Text.RegularExpressions;

namespace TrainTinyChat.Tokenizer;

/// <summary>
/// Cuts text into the pieces that merges stay inside of: GPT-2's expression (Radford et al., 2019), which several of
/// llama.cpp's pre-tokenizers share (llama-vocab.cpp).
/// </summary>
internal static partial class PreTokenizer
{
    /// <summary>
    /// The name in tokenizer.ggml.pre. Under "gpt-2" llama.cpp also takes away spaces before punctuation when it writes
    /// tokens as text, so that "Bonjour !" does not come back; under this name the expression is the same and text is not touched.
    /// </summary>
    public const string Name = "granite-docling";

    public static IEnumerable<string> Split(string text)
    {
        for (Match match = Pieces().Match(text); match.Success; match = match.NextMatch())
        {
            yield return match.Value;
        }
    }

    // .NET's classes see a character above U+FFFF as two surrogates, which are no letters; the emoji used here are none either.
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Pieces();
}
