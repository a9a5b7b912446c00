using System.Text.RegularExpressions;

namespace LlamaNative.Grammars.Tests;

/// <summary>Grammars of regular expressions, compared with .NET's own engine in its ECMAScript mode.</summary>
public class PatternGrammarTests
{
    [Theory]
    [InlineData("^a$")]
    [InlineData("ab")]
    [InlineData("^(a|bc)*$")]
    [InlineData("^a{2,3}c?b+$")]
    [InlineData("^[^a]c")]
    [InlineData("(?:ab|c)$")]
    [InlineData("^$")]
    [InlineData("")]
    public void The_sentences_are_the_texts_that_the_pattern_matches(string pattern)
    {
        GbnfGrammar grammar = PatternGrammar.FromPattern(pattern);
        Regex regex = new(pattern, RegexOptions.ECMAScript);
        foreach (string text in TextsOf("abc", 5))
        {
            Assert.True(grammar.IsMatch(text) == regex.IsMatch(text), $"{pattern} and '{text}'");
        }
    }

    [Theory]
    [InlineData("^[\"\\\\\\]\\-^]+$", "\"\\]-^")]
    [InlineData("^\\u00e9\\n😀$", "é\n😀")]
    public void Characters_that_gbnf_escapes_are_kept(string pattern, string text)
    {
        Assert.True(PatternGrammar.FromPattern(pattern).IsMatch(text));
        Assert.False(PatternGrammar.FromPattern(pattern).IsMatch(text + "x"));
    }

    [Theory]
    [InlineData("(", "invalid")]
    [InlineData("(?=a)b", "a lookahead")]
    [InlineData("(a)\\1", "a back reference")]
    [InlineData("\\bword", "a word boundary")]
    [InlineData("a^b", "no text at all")]
    [InlineData("^((a{0,99}){0,99}){0,99}$", "too large")]
    public void What_no_automaton_can_do_is_refused(string pattern, string reason)
    {
        PatternException error = Assert.Throws<PatternException>(() => PatternGrammar.FromPattern(pattern));
        Assert.True(error.Message.Length > 10, reason);
    }

    private static List<string> TextsOf(string letters, int longest)
    {
        List<string> texts = [""];
        for (int length = 0; length < longest; length++)
        {
            texts.AddRange([.. texts.Where(text => text.Length == length).SelectMany(text => letters.Select(letter => text + letter))]);
        }

        return texts;
    }
}
