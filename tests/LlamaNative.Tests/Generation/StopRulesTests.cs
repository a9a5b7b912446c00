using System.Text;
using LlamaNative.Generation;

namespace LlamaNative.Tests.Generation;

/// <summary>Stop sequences are held back and never emitted, and text that is not a stop sequence is never lost.</summary>
public sealed class StopRulesTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    private TinyVocabulary Vocabulary => tiny.Vocabulary;

    [Theory]
    [InlineData("Hello STOP world", new[] { "STOP" }, "Hello ", "STOP")]
    [InlineData("STOP", new[] { "STOP" }, "", "STOP")]
    [InlineData("a STO a STx STOP b", new[] { "STOP" }, "a STO a STx ", "STOP")]
    [InlineData("SSTOSTOP", new[] { "STOP" }, "SSTO", "STOP")]
    [InlineData("aaab", new[] { "aab" }, "a", "aab")]
    [InlineData("abababac", new[] { "ababac" }, "ab", "ababac")]
    [InlineData("xabcd", new[] { "abcd", "bc" }, "xa", "bc")]
    [InlineData("xabc", new[] { "abc", "bc" }, "x", "abc")]
    [InlineData("xabc", new[] { "bc", "abc" }, "x", "abc")]
    [InlineData("犬猫犬", new[] { "猫" }, "犬", "猫")]
    [InlineData("🦙🐪🦙", new[] { "🐪" }, "🦙", "🐪")]
    [InlineData("one\n\ntwo", new[] { "\n\n" }, "one", "\n\n")]
    public void A_stop_sequence_ends_the_text_before_itself(string says, string[] stops, string text, string found)
    {
        var played = new Played(tiny, Vocabulary.Bytes(says), new GenerationOptions { StopSequences = stops });
        Assert.Equal(text, played.Text);
        Assert.Equal(StopReason.StopSequence, played.Result.StopReason);
        Assert.Equal(found, played.Result.StopSequence);
    }

    [Theory]
    [InlineData("STO", new[] { "STOP" })]
    [InlineData("STxTOP", new[] { "STOP" })]
    [InlineData("猪", new[] { "猫", "猬" })]
    [InlineData("猫", new[] { "«", "\u008c" })]
    [InlineData("", new[] { "x" })]
    public void What_only_looked_like_one_is_given_out_after_all(string says, string[] stops)
    {
        var played = new Played(tiny, Vocabulary.Bytes(says), new GenerationOptions { StopSequences = stops });
        Assert.Equal(says, played.Text);
        Assert.Equal(StopReason.EndOfGeneration, played.Result.StopReason);
        Assert.Null(played.Result.StopSequence);
    }

    [Fact]
    public void Nothing_of_a_stop_sequence_is_streamed_while_it_is_open()
    {
        // The words of the vocabulary cut across it: " st" "op" after "sto" would be one.
        int[] tokens = [Vocabulary["the"], Vocabulary["sto"], Vocabulary["th"], Vocabulary["\u2581sto"],
            Vocabulary["p"], Vocabulary["cat"]];
        var played = new Played(tiny, tokens, new GenerationOptions { StopSequences = ["stop"] });
        Assert.Equal("thestoth ", played.Text);
        Assert.Equal(["the", "", "stoth", " ", ""], played.Pieces.Select(Encoding.UTF8.GetString));
        Assert.Equal(5, played.Result.Usage.CompletionTokens);
    }

    [Fact]
    public void A_stop_sequence_that_is_a_special_token_is_found_as_that()
    {
        int[] tokens = [.. Vocabulary.Bytes("hi"), Vocabulary["<|tool|>"], .. Vocabulary.Bytes("no")];
        var played = new Played(tiny, tokens, new GenerationOptions { StopSequences = ["<|tool|>"] });
        Assert.Equal("hi", played.Text);
        Assert.Equal("<|tool|>", played.Result.StopSequence);

        // Spelled out by ordinary tokens it is the same text, and the same stop.
        played = new Played(tiny, Vocabulary.Bytes("hi<|tool|>no"), new GenerationOptions { StopSequences = ["<|tool|>"] });
        Assert.Equal("hi", played.Text);
        Assert.Equal("<|tool|>", played.Result.StopSequence);
    }

    [Fact]
    public void Special_tokens_are_text_only_when_asked_for()
    {
        int[] tokens = [.. Vocabulary.Bytes("a"), Vocabulary["<|tool|>"], .. Vocabulary.Bytes("b")];
        Assert.Equal("ab", new Played(tiny, tokens).Text);
        Assert.Equal("a<|tool|>b", new Played(tiny, tokens, new GenerationOptions { ShowSpecial = true }).Text);
    }

    [Fact]
    public void The_other_ends()
    {
        int[] tokens = Vocabulary.Bytes("abcdef");
        Assert.Equal(StopReason.EndOfGeneration, new Played(tiny, [Vocabulary["<|eot|>"]]).Result.StopReason);
        Assert.Equal(StopReason.StopSequence,
            new Played(tiny, tokens, new GenerationOptions { StopTokens = [tokens[2]] }).Result.StopReason);
        Assert.Equal("ab", new Played(tiny, tokens, new GenerationOptions { StopTokens = [tokens[2]] }).Text);

        var none = new Played(tiny, tokens, new GenerationOptions { MaxTokens = 0 });
        Assert.Equal(("", StopReason.MaxTokens, 0), (none.Text, none.Result.StopReason, none.Result.Usage.CompletionTokens));
        var one = new Played(tiny, tokens, new GenerationOptions { MaxTokens = 1 });
        Assert.Equal(("a", StopReason.MaxTokens, 1), (one.Text, one.Result.StopReason, one.Result.Usage.CompletionTokens));

        // Text held back when the limit was reached is emitted.
        var held = new Played(tiny, tokens, new GenerationOptions { MaxTokens = 3, StopSequences = ["bcX"] });
        Assert.Equal("abc", held.Text);
    }

    [Fact]
    public void Stop_sequences_and_tokens_that_are_none_are_wrong_arguments()
    {
        Assert.ThrowsAny<ArgumentException>(() => new Played(tiny, [], new GenerationOptions { StopSequences = [""] }));
        Assert.ThrowsAny<ArgumentException>(() => new Played(tiny, [], new GenerationOptions { StopSequences = ["a", null!] }));
        Assert.ThrowsAny<ArgumentException>(() => new Played(tiny, [], new GenerationOptions { StopTokens = [-1] }));
        Assert.ThrowsAny<ArgumentException>(() => new Played(tiny, [], new GenerationOptions { StopTokens = [int.MaxValue] }));
        Assert.ThrowsAny<ArgumentException>(() => new Played(tiny, [], new GenerationOptions { MaxTokens = -1 }));
        Assert.Equal("a", new Played(tiny, Vocabulary.Bytes("a")).Text);
    }

    [Theory]
    [InlineData("a猫🦙é")]
    [InlineData("👩‍👩‍👧‍👦 नमस्ते")]
    public void No_character_is_split_across_pieces(string says)
    {
        var played = new Played(tiny, Vocabulary.Bytes(says));
        Assert.Equal(says, played.Text);
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        Assert.All(played.Pieces, piece => strict.GetString(piece));
        Assert.Equal(says.EnumerateRunes().Count(), played.Pieces.Count(piece => piece.Length > 0));
    }

    [Fact]
    public void Bytes_that_make_no_character_are_replaced_and_hold_up_nothing()
    {
        int first = Vocabulary.FirstByte;

        // A lone continuation byte, an incomplete sequence, an overlong character, and one cut off at the end.
        int[] tokens = [first + 0x80, first + 'a', first + 0xE7, first + 'b', first + 0xFF, first + 'c', first + 0xF0, first + 0x9F];
        var played = new Played(tiny, tokens);
        Assert.Equal("\ufffda\ufffdb\ufffdc\ufffd", played.Text);
    }

    [Fact]
    public void Random_streams_of_tokens_and_stops_agree_with_a_plain_search()
    {
        var random = new Random(6);
        for (int round = 0; round < 150; round++)
        {
            string says = new([.. Enumerable.Range(0, 30).Select(_ => "ab猫"[random.Next(3)])]);
            string[] stops = [.. Enumerable.Range(0,
                random.Next(1, 4)).Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => "ab猫"[random.Next(3)])]))];

            // The first to be complete wins, of several the longest.
            (int end, int length) = stops
                .Select(stop =>
                    (End: says.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var at ? at + stop.Length : int.MaxValue, stop.Length))
                .OrderBy(found => found.End).ThenByDescending(found => found.Length).First();
            string expected = end == int.MaxValue ? says : says[..(end - length)];
            Assert.Equal(expected, new Played(tiny, Vocabulary.Bytes(says), new GenerationOptions { StopSequences = stops }).Text);
        }
    }
}
