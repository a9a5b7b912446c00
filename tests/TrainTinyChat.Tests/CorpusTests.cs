using TrainTinyChat.Corpus;
using TrainTinyChat.Evaluation;

namespace TrainTinyChat.Tests;

public sealed class CorpusTests
{
    private const ulong Seed = 42;

    [Fact]
    public void A_seed_gives_the_same_documents_again_and_in_any_order()
    {
        string[] once = [.. CorpusGenerator.Documents(Seed, 500).Select(document => document.Text)];
        string[] backwards = [.. Enumerable.Range(0, 500).Reverse().Select(number => CorpusGenerator.Make(Seed, number).Text).Reverse()];
        Assert.Equal(once, backwards);
        Assert.NotEqual(once, CorpusGenerator.Documents(Seed + 1, 500).Select(document => document.Text));
    }

    /// <summary>Evaluation questions must not occur in training, or the figures in the model card are meaningless.</summary>
    [Fact]
    public void No_training_conversation_has_a_held_out_combination()
    {
        HashSet<(string, string)> trained = [];
        for (int i = 0; i < 30_000; i++)
        {
            Conversation conversation = ConversationMaker.Train(new Dice(Seed, (ulong)i));
            foreach (Exchange exchange in conversation.Exchanges
                .Where(exchange => !exchange.Kind.EndsWith(" told", StringComparison.Ordinal) || exchange.Kind == "not told"))
            {
                Assert.False(HeldOut.Contains(exchange), $"{exchange.Kind}: {exchange.Combination}");
                trained.Add((exchange.Kind, exchange.Combination));
            }
        }

        foreach (Conversation question in Examiner.Questions(Seed))
        {
            Assert.DoesNotContain((question.Last.Kind, question.Last.Combination), trained);
        }
    }

    [Fact]
    public void Every_kind_is_asked_for_and_about_one_combination_in_twenty_is_held_out()
    {
        IReadOnlyList<Conversation> questions = Examiner.Questions(Seed);
        Assert.Equal(ConversationMaker.Kinds.Order(), questions.Select(question => question.Last.Kind).Distinct().Order());
        Assert.All(questions.GroupBy(question => question.Last.Kind), kind => Assert.InRange(kind.Count(), 4, Examiner.QuestionsPerKind));
        double share = Enumerable.Range(0, 20_000).Count(i => HeldOut.Contains("kind", $"{i}")) / 20_000.0;
        Assert.InRange(share, 0.045, 0.055);
    }

    /// <summary>A sum is held out in one order only, so that the model can infer it from the other order.</summary>
    [Fact]
    public void Of_two_orders_of_a_sum_at_least_one_is_trained()
    {
        var heldOut = new HashSet<(char, char)>();
        foreach (Conversation question in CorpusGenerator.Tests(Seed, NumberTopics.Sums, 1000))
        {
            heldOut.Add((question.Last.Combination[0], question.Last.Combination[2]));
        }

        Assert.NotEmpty(heldOut);
        Assert.All(heldOut, sum => Assert.DoesNotContain((sum.Item2, sum.Item1), heldOut));
    }

    [Fact]
    public void Sums_comparisons_and_counts_are_right()
    {
        for (int i = 0; i < 3000; i++)
        {
            Exchange exchange = NumberTopics.All[i % NumberTopics.All.Length].Make(new Dice(9, (ulong)i));
            int[] asked = Numbers(exchange.User), said = Numbers(exchange.Answer);
            switch (exchange.Kind)
            {
                case "sums":
                    Assert.Equal(asked[0] + asked[1], said[2]);
                    break;
                case "counting":
                    Assert.Equal((asked[0], asked[1]), (said[0], said[^1]));
                    Assert.All(said.Zip(said.Skip(1)), pair => Assert.Equal(Math.Sign(asked[1] - asked[0]), pair.Second - pair.First));
                    break;
                case "neighbours":
                    Assert.Equal(asked[0] + (exchange.User.Contains("after", StringComparison.Ordinal) ? 1 : -1), said[0]);
                    break;
                case "comparisons" when asked.Length == 2:
                    Assert.Equal(exchange.User.Contains("bigger", StringComparison.Ordinal) ? asked.Max() : asked.Min(), said[0]);
                    break;
            }
        }
    }

    [Fact]
    public void The_corpus_speaks_in_characters_of_several_bytes()
    {
        string text = string.Concat(CorpusGenerator.Documents(Seed, 3000).Select(document => document.Text));
        Assert.Contains("你好", text);
        Assert.Contains("😊", text);
        Assert.Contains("Grüß", text);
        Assert.Contains("is 42.", text);
    }

    private static int[] Numbers(string text) =>
        [.. System.Text.RegularExpressions.Regex.Matches(text,
            "[0-9]+").Select(match => int.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture))];
}
