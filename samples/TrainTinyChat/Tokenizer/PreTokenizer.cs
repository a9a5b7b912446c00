using System.Text.RegularExpressions;

namespace TrainTinyChat.Tokenizer;

/// <summary>
/// Splits text into pieces that merges do not cross, with GPT-2's regular expression (Radford et al., 2019), which several of
/// llama.cpp's pre-tokenizers use (llama-vocab.cpp).
/// </summary>
internal static partial class PreTokenizer
{
    /// <summary>
    /// The name in tokenizer.ggml.pre. With "gpt-2", llama.cpp also removes spaces before punctuation when it detokenizes, so
    /// "Bonjour !" would not round-trip. This name has the same expression and keeps the spaces.
    /// </summary>
    public const string Name = "granite-docling";

    public static IEnumerable<string> Split(string text)
    {
        for (Match match = Pieces().Match(text); match.Success; match = match.NextMatch())
        {
            yield return match.Value;
        }
    }

    // .NET's character classes treat a character above U+FFFF as two surrogates, which are not letters; neither are the emoji here.
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Pieces();
}
