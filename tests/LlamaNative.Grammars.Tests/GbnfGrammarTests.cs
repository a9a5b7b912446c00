using System.Text;
using LlamaNative.Grammars;
using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars.Tests;

/// <summary>Grammars that llama.cpp's parser accepts, and those that would end the process there.</summary>
public class GbnfGrammarTests
{
    // The strings and expectations come from llama.cpp's tests/test-grammar-integration.cpp.
    [Theory]
    [InlineData("root ::= \"a\"*", "|a|aaaaa", "b|ab|ba")]
    [InlineData("root ::= \"a\"+", "a|aaaaa", "|b|ab")]
    [InlineData("root ::= \"a\"?", "|a", "b|aa")]
    [InlineData("root ::= cons+ vowel* cons? (vowel cons)*\nvowel ::= [aeiouy]\ncons ::= [bcdfghjklmnpqrstvwxyz]",
        "yes|no|noyes|crwth|four|bryyyy", "yess|yesno|forty|catyyy")]
    [InlineData("root ::= [ab]{4}", "aaaa|abab", "a|b|aaaaa")]
    [InlineData("root ::= [ab]{4,}", "aaaa|aaaaab", "|aba")]
    [InlineData("root ::= [ab]{0,4}", "|a|aaab", "aaaaa")]
    [InlineData("root ::= (\"0x\" [A-F0-9]{2} \" \"?){3,5}", "0xFF 0x12 0xAB|0xFF 0x12 0xAB 0x00 0x00",
        "|0xFF 0x12|0xFF 0x12 0xAB 0x00 0x00 0x00")]
    [InlineData("root ::= ( [x]* )*", "|x|xx", "y|yy")]
    [InlineData("root ::= \"\\x41\\u00e9\\U0001F600\" [^\\n\\]\\-\\[] .", "Aé😀ax|Aé😀日本", "Aé😀]x|Aé😀-x|Aé😀\nx|Aé😀a")]
    [InlineData("# note\nroot ::= ( # inside\n \"a\" | # and\n \"b\"\n)+ |\n \"c\" # end\n", "a|bab|c", "|cc|ac")]
    [InlineData("root ::= [a-] [^^] [.]", "-a.|aa.", "ba.|-^.|aab")]
    [InlineData("root ::= [] \"x\"", "x", "|xx")]
    [InlineData("root ::= <[7]> | !<think> \"x\" | \"y\"", "y", "x|<[7]>")]
    [InlineData("root ::= \"a\"{0,5000}", "|aaa", "b")]
    public void Matches_what_the_notation_says(string grammar, string accepted, string refused)
    {
        var parsed = GbnfGrammar.Parse(grammar);

        Assert.All(accepted.Split('|'), text => Assert.True(parsed.IsMatch(text), text));
        Assert.All(refused.Split('|'), text => Assert.False(parsed.IsMatch(text), text));
    }

    // Rules and numbering from tests/test-grammar-parser.cpp: E end, | alternate, @n rule, c char, ^c not, +c or, -c to, . any.
    [Theory]
    [InlineData("root ::= \"a\" | [bdx-z] | [^1-3]", "a|b+d+x-z|^1-3E")]
    [InlineData("root  ::= a+\na     ::= \"a\"", "@1@2E aE @1@2|E")]
    [InlineData("root  ::= a?\na     ::= \"a\"", "@2E aE @1|E")]
    [InlineData("root ::= \"a\"{3,5000}", "aaa@1E a@1|E")]
    [InlineData("root ::= \"a\"{2,4}", "aa@2E a|E a@1|E")]
    [InlineData("root  ::= (expr \"=\" term \"\\n\")+\nexpr  ::= term ([-+*/] term)*\nterm  ::= [0-9]+",
        "@1@4E @2=@3\nE @3@6E 0-9@7E @1@4|E -+++*+/@3E @5@6|E 0-9@7|E")]
    public void Numbers_and_writes_out_rules_as_llama_cpp_does(string grammar, string expected)
    {
        GbnfRules rules = GbnfGrammar.Parse(grammar).Rules;

        Assert.Equal(expected, string.Join(' ', rules.Rules.Select(rule => string.Concat(rule.Select(Show)))));
    }

    private static string Show(GbnfElement element) => element.Kind switch
    {
        GbnfElementKind.End => "E",
        GbnfElementKind.Alternate => "|",
        GbnfElementKind.RuleReference => "@" + element.Value,
        GbnfElementKind.CharNot => "^" + (char)element.Value,
        GbnfElementKind.CharAlternate => "+" + (char)element.Value,
        GbnfElementKind.CharRangeUpper => "-" + (char)element.Value,
        GbnfElementKind.CharAny => ".",
        _ => ((char)element.Value).ToString(),
    };

    [Theory]
    [InlineData("", "the root rule 'root' is not defined")]
    [InlineData("rot ::= \"a\"", "the root rule 'root' is not defined")]
    [InlineData("root ::= a", "line 1, column 10: the rule 'a' is not defined")]
    [InlineData("root ::= \"a\"\nb := \"c\"", "line 2, column 3: expected ::=")]
    [InlineData("root ::= \"a\n", "ends inside a literal")]
    [InlineData("root ::= [a", "ends inside a literal")]
    [InlineData("root ::= [a-", "ends inside a literal")]
    [InlineData("root ::= \"\\q\"", "line 1, column 11: unknown escape")]
    [InlineData("root ::= \"\\x4\"", "line 1, column 11: the escape needs 2")]
    [InlineData("root ::= (\"a\"", "expected )")]
    [InlineData("root ::= \"a\")", "expected the end of the line")]
    [InlineData("root ::= * \"a\"", "the repetition has nothing to repeat")]
    [InlineData("root ::= \"\"+", "the repetition has nothing to repeat")]
    [InlineData("root ::= \"a\"{,10}", "expected a repetition count")]
    [InlineData("root ::= \"a\"{5000}", "at most 2000")]
    [InlineData("root ::= \"a\"{5000,}", "at most 2000")]
    [InlineData("root ::= \"a\"{1999999999999999999999}", "at most 2000")]
    [InlineData("root ::= \"a\"{2000}", "creates 2000 rules")]
    [InlineData("root ::= \"a\"{50}{50}", "creates 2500 rules")]
    [InlineData("root ::= (\"a\" | \"b\" (\"c\" \"d\"))?{1000}", "creates 2000 rules")]
    [InlineData("root ::= \"a\"{3,1}", "maximum 1 is less than its minimum 3")] // llama.cpp counts down from 2^64
    [InlineData("root ::= \"a\"{1", "expected }")]
    [InlineData("root ::= <[x]>", "expected a token id")]
    [InlineData("root ::= <[4294967296]>", "at most 2147483647")]
    [InlineData("root ::= <[1]", "expected ]>")]
    [InlineData("root ::= <think", "missing > at the end")]
    [InlineData("root ::= !\"a\"", "expected a token in <>")]
    [InlineData("root ::= \"a\0b\"", "a NUL character")]
    [InlineData("root ::= a_b", "expected the end of the line")]
    public void Refuses_text_that_is_not_a_grammar(string grammar, string problem)
    {
        GbnfException error = Assert.Throws<GbnfException>(() => GbnfGrammar.Parse(grammar));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root ::= \"a\" | root \"a\"")]
    [InlineData("root ::= asdf\nasdf ::= \"a\" | foo \"b\"\nfoo ::= \"c\" | asdf \"d\" | \"e\"")]
    [InlineData("root ::= asdf\nasdf ::= \"a\" | foo \"b\"\nfoo ::= \"c\" | empty asdf \"d\" | \"e\"\nempty ::= \"blah\" | ")]
    [InlineData("root ::= root")]
    [InlineData("root ::= (\"\" | \"a\")*")] // llama.cpp returns no grammar for it
    [InlineData("root ::= maybe root \"x\" | \"y\"\nmaybe ::= perhaps\nperhaps ::= \"z\" | ")] // llama.cpp expands it without end
    public void Refuses_left_recursion_also_where_llama_cpp_does_not_see_it(string grammar)
    {
        GbnfException error = Assert.Throws<GbnfException>(() => GbnfGrammar.Parse(grammar));
        Assert.Contains("left-recursive", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_rule_that_leaves_llama_cpp_without_a_stack()
    {
        GbnfException error = Assert.Throws<GbnfException>(() => GbnfGrammar.Parse("root ::= \"a\" b\nb ::= e b\ne ::= f\nf ::= \"\""));
        Assert.Contains("cannot match any text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_what_would_exhaust_stack_memory_or_time_in_native_code()
    {
        string deep = "root ::= " + new string('(', 100_000) + "\"a\"" + new string(')', 100_000);
        string chain = string.Join('\n', Enumerable.Range(0, 3000).Select(i => $"{(i == 0 ? "root" : "r" + i)} ::= r{i + 1}"))
            + "\nr3000 ::= \"a\"";
        string fork = string.Join('\n', Enumerable.Range(0, 60).Select(i => $"{(i == 0 ? "root" : "r" + i)} ::= r{i + 1} | r{i + 1} \"b\""))
            + "\nr60 ::= \"a\"";
        string big = "root ::= \"" + new string('x', 10_000) + "\"{1900}";
        string huge = "root ::= \"" + new string('x', 2_000_000) + "\"";

        Assert.Contains("nested deeper", Refusal(deep), StringComparison.Ordinal);
        Assert.Contains("chain of more than", Refusal(chain), StringComparison.Ordinal);
        Assert.Contains("ways", Refusal(fork), StringComparison.Ordinal);
        Assert.Contains("elements", Refusal(big), StringComparison.Ordinal);
        Assert.Contains("characters", Refusal(huge), StringComparison.Ordinal);
        Assert.Contains("surrogate", Refusal("root ::= \"\ud800\""), StringComparison.Ordinal);

        static string Refusal(string grammar) => Assert.Throws<GbnfException>(() => GbnfGrammar.Parse(grammar)).Message;
    }

    [Fact]
    public void Starts_from_the_rule_that_is_named()
    {
        var grammar = GbnfGrammar.Parse("foobar ::= \"x\"\nroot ::= \"y\"", "foobar");

        Assert.Equal("foobar", grammar.Root);
        Assert.True(grammar.IsMatch("x"));
        Assert.Throws<GbnfException>(() => GbnfGrammar.Parse("root ::= \"x\"", "nonexistent"));
    }

    [Fact]
    public void Tells_when_a_vocabulary_is_needed()
    {
        Assert.True(GbnfGrammar.Parse("root ::= <think> .*").UsesTokenText);
        Assert.False(GbnfGrammar.Parse("root ::= <[5]> .*").UsesTokenText);
    }

    // The grammar of llama.cpp's grammars/json.gbnf and arithmetic.gbnf: real grammars are accepted and match what they should.
    [Fact]
    public void Takes_the_grammars_that_llama_cpp_ships()
    {
        const string Json = """
            root   ::= object
            value  ::= object | array | string | number | ("true" | "false" | "null") ws
            object ::=
              "{" ws (
                        string ":" ws value
                ("," ws string ":" ws value)*
              )? "}" ws
            array  ::= "[" ws ( value ("," ws value)* )? "]" ws
            string ::=
              "\"" (
                [^"\\\x7F\x00-\x1F] |
                "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) # escapes
              )* "\"" ws
            number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
            # Optional space
            ws ::= | " " | "\n" [ \t]{0,20}
            """;
        var grammar = GbnfGrammar.Parse(Json);

        Assert.True(grammar.IsMatch("""{"a": [1, -2.5e1, "x\n\u00e9", {"b": null}], "c": true}"""));
        Assert.False(grammar.IsMatch("""{"a": [1,]}"""));

        var sums = GbnfGrammar.Parse(
            "root  ::= (expr \"=\" ws term \"\\n\")+\nexpr  ::= term ([-+*/] term)*\nterm  ::= ident | num | \"(\" ws expr \")\" ws\nident "
            + "::= [a-z] [a-z0-9_]* ws\nnum   ::= [0-9]+ ws\nws    ::= [ \\t\\n]*");
        Assert.True(sums.IsMatch("(a+3)*2=x\n"));
        Assert.False(sums.IsMatch("(a+3*2=x\n"));
    }

    // Random text over the notation's own characters: a typed error or a grammar, never another exception, never a hang.
    [Fact]
    public void Random_text_gives_a_grammar_or_a_typed_error()
    {
        string[] parts = ["root", "a", "::=", "\n", "\"", "x", "[", "]", "^", "-", "(", ")", "|", "*", "+", "?",
            "{", "2", ",", "}", ".", "<", ">", "!", "\\", "u00e9", "#", " ", "é", "999"];
        Random random = new(20260101);
        int parsed = 0;
        for (int i = 0; i < 5_000; i++)
        {
            StringBuilder text = new(random.Next(4) == 0 ? "" : "root ::= ");
            for (int n = random.Next(1, 25); n > 0; n--)
            {
                text.Append(parts[random.Next(parts.Length)]);
            }

            try
            {
                GbnfMatcher matcher = new(GbnfGrammar.Parse(text.ToString()).Rules);
                parsed += matcher.IsDead ? 0 : 1;
                matcher.Accept(new Rune('x'));
            }
            catch (GbnfException)
            {
            }
        }

        Assert.InRange(parsed, 50, 5_000); // some inputs get past the parser
    }
}
