using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Generation;
using LlamaNative.Sampling;
using LlamaNative.TestSupport;

namespace LlamaNative.Sweep;

/// <summary>Calls that generate or score text.</summary>
internal static class GenerationCalls
{
    private static readonly GenerationOptions s_eight = new()
    {
        MaxTokens = 8,
        Sampling = SamplingOptions.Greedy,
        StopAtEndOfGeneration = false,
    };

    public static void Generate(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        var generator = new TextGenerator(context);
        GenerationResult first = generator.Generate(subject.Prompt, s_eight with { TopLogProbabilities = 2 });
        Subject.Require(first.Tokens.Count == 8 && first.Usage.PromptTokens == subject.Prompt.Length, $"{first.Usage}");
        Subject.Require(
            first.LogProbabilities!.All(token => float.IsFinite(token.LogProbability)), "log-probabilities that are not finite");
        using LlamaContext other = subject.NewContext();
        Subject.Require(new TextGenerator(other).Generate(subject.Prompt, s_eight).Tokens.SequenceEqual(first.Tokens), "other tokens");
    }

    /// <summary>A longer prompt, of which a part is in the cache, and then another one.</summary>
    public static void GenerateOn(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        var generator = new TextGenerator(context);
        GenerationResult first = generator.Generate(subject.Prompt, s_eight);
        int[] longer = [.. subject.Prompt, .. first.Tokens, subject.Prompt[1]];
        int[] again = [.. generator.Generate(longer, s_eight).Tokens];
        int[] shorter = [.. generator.Generate(subject.Prompt, s_eight).Tokens];
        Subject.Require(again.Length == 8 && shorter.Length == 8, "fewer tokens");
        Subject.Require(shorter[0] == first.Tokens[0], "the first prompt continues in another way after another prompt");
    }

    /// <summary>Two generations on two sequences, stepped in turn, do not disturb each other.</summary>
    public static void InTurn(Subject subject)
    {
        using LlamaContext alone = subject.NewContext();
        int[] expected = [.. new TextGenerator(alone).Generate(subject.Prompt, s_eight).Tokens];
        using LlamaContext context = subject.NewContext(
            options => options with { MaxSequences = 2, UnifiedCache = subject.Model.IsEncoderDecoder });
        int[] other = [.. subject.Prompt.Reverse()];
        using GenerationRun first = new TextGenerator(context, 0).Start(subject.Prompt, s_eight);
        using GenerationRun second = new TextGenerator(context, 1).Start(other, s_eight);
        while (first.MoveNext() | second.MoveNext())
        {
        }

        Subject.Require(first.Tokens.SequenceEqual(expected), "another generation on another sequence changes the tokens");
    }

    public static void Stream(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        StreamingGeneration stream = new TextGenerator(context).StreamAsync("the cat", s_eight);
        ReadAsync(stream).GetAwaiter().GetResult();
        Subject.Require(stream.Result?.Tokens.Count == 8, "fewer tokens");

        static async Task ReadAsync(StreamingGeneration stream)
        {
            await foreach (string _ in stream)
            {
            }
        }
    }

    public static void Constrain(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        // RWKV's vocabulary has no token that ends a text, so its grammar must not end.
        string grammar = subject.Row.Vocabulary.Tokens.Contains("</s>") || !subject.Model.IsRecurrent
            ? "root ::= \"the\"" : "root ::= \"the\" root";
        GenerationResult result = new TextGenerator(context).Generate("the cat", s_eight with
        {
            Sampling = new SamplingOptions { Seed = 1, Grammar = grammar, RepeatPenalty = 1.1f },
        });
        Subject.Require(string.Concat(Enumerable.Repeat("the", 8)).StartsWith(result.Text.Trim(), StringComparison.Ordinal),
            $"'{result.Text}' outside the grammar");
    }

    public static void Score(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        ContinuationScore score = new ContinuationScorer(context).Score("the cat", " the cat");
        Subject.Require(score.Tokens.Count > 0 && double.IsFinite(score.LogProbability) && score.LogProbability < 0, $"{score}");
    }

    public static void Perplexity(Subject subject)
    {
        using LlamaContext context = subject.NewContext(options => options with { MaxOutputsPerSequence = 64 });
        PerplexityResult result = Generation.Perplexity.Measure(context, [.. subject.Prompt, .. subject.Prompt, .. subject.Prompt], 16);
        Subject.Require(double.IsFinite(result.Perplexity) && result.Perplexity > 1 && result.PredictionCount > 4, $"{result}");
    }

    public static void Chat(Subject subject)
    {
        using LlamaContext context = subject.NewContext(
            options => options with { MaxSequences = 2, UnifiedCache = subject.Model.IsEncoderDecoder });
        var session = new ChatSession(context, new ChatSessionOptions { SystemPrompt = "the cat" });
        Say(session, "the cat");
        Say(session, "at");
        Subject.Require(session.Messages.Count == 5, $"{session.Messages.Count} messages");
        session.Edit(1, ChatMessage.FromUser("stop"));
        session.RegenerateAsync(s_eight).CompleteAsync().GetAwaiter().GetResult();
        ChatSession branch = session.Branch(1);
        Say(branch, "the");
        Say(session, "cat");
        session.Reset();
        Say(session, "the cat");
    }

    public static void SavedChat(Subject subject)
    {
        string path = subject.NewPath();
        using LlamaContext context = subject.NewContext();
        var session = new ChatSession(context);
        Say(session, "the cat");
        session.Save(path);
        string expected = Say(session, "at");
        using LlamaContext other = subject.NewContext();
        var loaded = new ChatSession(other);
        _ = loaded.Load(path);
        Subject.Require(loaded.Messages.Count == 2, $"{loaded.Messages.Count} messages");
        Subject.Require(Say(loaded, "at") == expected, "the loaded conversation continues in another way");
    }

    /// <summary>A conversation that outgrows the context, with each policy.</summary>
    public static void LongChat(Subject subject)
    {
        foreach (OverflowPolicy policy in Enum.GetValues<OverflowPolicy>())
        {
            using LlamaContext context = subject.NewContext();
            var session = new ChatSession(context, new ChatSessionOptions { Overflow = policy });
            try
            {
                for (int turn = 0; turn < 8; turn++)
                {
                    Say(session, "the cat the cat the cat");
                }
            }
            catch (ContextOverflowException) when (policy == OverflowPolicy.Refuse)
            {
            }
        }
    }

    /// <summary>Branches of a conversation whose recurrent state can be rolled back by two tokens, saved.</summary>
    public static void ChatWithSnapshots(Subject subject)
    {
        using LlamaContext context = subject.NewContext(options => options with
        {
            MaxSequences = 2,
            UnifiedCache = subject.Model.IsEncoderDecoder,
            RecurrentSnapshots = 2,
        });
        var session = new ChatSession(context);
        Say(session, "the cat");
        ChatSession branch = session.Branch(1);
        branch.RegenerateAsync(s_eight with { MaxTokens = 2 }).CompleteAsync().GetAwaiter().GetResult();
        _ = context.Cache.Remove(0, context.Cache.GetLength() - 1);
        session.Save(subject.NewPath());
        branch.Save(subject.NewPath());
        Say(session, "at");
        Say(branch, "at");
    }

    private static string Say(ChatSession session, string message) =>
        session.SendAsync(message, s_eight).CompleteAsync().GetAwaiter().GetResult().Content!;
}
