using System.Text.Json.Nodes;
using LlamaNative;
using TrainTinyChat.Corpus;

namespace TrainTinyChat.Evaluation;

/// <summary>An answer to a held-out question.</summary>
internal sealed record Mark(Conversation Question, string Answer)
{
    public bool Right => Answer == Question.Last.Answer;

    /// <summary>Kind, prompt, answer and expected answer, for checks by other tools.</summary>
    public string ToJson() => new JsonObject
    {
        ["kind"] = Question.Last.Kind,
        ["prompt"] = ChatMl.Prompt(Question),
        ["answer"] = Answer,
        ["right"] = Question.Last.Answer,
    }.ToJsonString();
}

/// <summary>Asks a model file held-out questions through the public API, with greedy decoding.</summary>
internal static class Examiner
{
    public const int QuestionsPerKind = 12;

    /// <summary>Held-out questions, up to a number for each kind.</summary>
    public static IReadOnlyList<Conversation> Questions(ulong seed, int perKind = QuestionsPerKind) =>
        [.. ConversationMaker.Kinds.SelectMany(kind => CorpusGenerator.Tests(seed, kind, perKind))];

    public static IReadOnlyList<Mark> Examine(string path, IReadOnlyList<Conversation> questions)
    {
        using LlamaModel model = LlamaModel.Load(path, new ModelOptions { GpuLayers = 0 });
        using var context = new LlamaContext(model, new ContextOptions
        {
            ContextSize = model.ContextLength + 128,
            Threads = 1,
            BatchThreads = 1,
        });
        var generator = new TextGenerator(context);
        var options = new GenerationOptions { MaxTokens = 100, Sampling = SamplingOptions.Greedy, AddSpecial = false, ParseSpecial = true };
        return [.. questions.Select(question => new Mark(question, generator.Generate(ChatMl.Prompt(question), options).Text))];
    }

    /// <summary>A line for each kind and one for the total.</summary>
    public static IEnumerable<string> Report(IReadOnlyList<Mark> marks)
    {
        foreach (IGrouping<string, Mark> kind in marks.GroupBy(mark => mark.Question.Last.Kind))
        {
            yield return Line(kind.Key, [.. kind]);
        }

        yield return Line("all", marks);
    }

    public static double Share(IReadOnlyList<Mark> marks) => 100.0 * marks.Count(mark => mark.Right) / marks.Count;

    private static string Line(string name, IReadOnlyList<Mark> marks) =>
        FormattableString.Invariant($"{name,-20} {marks.Count(mark => mark.Right),4} of {marks.Count,3}  {Share(marks),5:F1} %");
}
