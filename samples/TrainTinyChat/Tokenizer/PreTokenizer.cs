using System.Text.RegularExpressions;

namespace TrainTinyChat.Tokenizer;

/// <summary>
/// Cuts text into the pieces that merges stay inside of: llama.cpp's pre-tokenizer "gpt-2" (llama-vocab.cpp), which is
/// GPT-2's own expression.
/// </summary>
internal static partial class PreTokenizer
{
    /// <summary>The name in tokenizer.ggml.pre.</summary>
    public const string Name = "gpt-2";

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
