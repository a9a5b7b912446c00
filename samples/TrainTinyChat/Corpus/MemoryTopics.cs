using static TrainTinyChat.Corpus.World;

namespace TrainTinyChat.Corpus;

/// <summary>Questions about earlier turns: the user's name, the user's preference, and the identity from the system prompt.</summary>
internal static class MemoryTopics
{
    private static readonly string[] s_nameIntroductions = ["my name is {0}.", "I am {0}.", "I'm {0}.",
        "hello, I am {0}.", "hi, my name is {0}.", "you can call me {0}.", "call me {0}."];

    private static readonly string[] s_nameQuestions =
        ["what is my name?", "do you know my name?", "who am I?", "can you tell me my name?", "do you remember my name?",
            "what's my name?", "tell me my name."];

    private static readonly string[] s_likeIntroductions = ["I like {0}.", "I love {0}.", "I really like {0}.",
        "my favourite thing is {0}."];

    private static readonly string[] s_likeQuestions = ["what do I like?", "do you remember what I like?",
        "tell me what I like.", "do you know what I like?"];

    private static readonly string[] s_identityQuestions = ["who are you?", "what is your name?", "what are you called?",
        "tell me your name.", "what's your name?", "introduce yourself.", "who am I talking to?"];

    private static readonly string[] s_personaPrompts = ["You are {0}.", "You are {0}, a helpful assistant.",
        "Your name is {0}.", "You are a friendly assistant named {0}."];

    /// <summary>The user gives a name, then asks for it.</summary>
    public static (Exchange Told, Exchange Asked) Name(Dice dice) =>
        Remembered(dice, "names", AnyName(dice), s_nameIntroductions, s_nameQuestions, "Nice to meet you, {0}!", "Your name is {0}.");

    /// <summary>The user states a preference, then asks for it.</summary>
    public static (Exchange Told, Exchange Asked) Like(Dice dice) =>
        Remembered(dice, "likings", dice.Pick(Likes), s_likeIntroductions, s_likeQuestions, "I see, you like {0}.", "You like {0}.");

    /// <summary>The user asks who the model is: the persona of the system prompt, or Tiny.</summary>
    public static (string? System, Exchange Asked) Identity(Dice dice)
    {
        bool persona = dice.Chance(0.6);
        string name = persona ? dice.Pick(Personas) : "Tiny";
        int prompt = dice.Next(s_personaPrompts.Length);
        string question = dice.Pick(s_identityQuestions);
        string? system = persona
            ? s_personaPrompts[prompt].Replace("{0}", name, StringComparison.Ordinal)
            : ConversationMaker.PlainSystem(dice);
        string combination = persona ? $"{name}|{prompt}|{question}" : $"Tiny|{system is not null}|{question}";
        return (system, new Exchange("identity", combination, Capital(question), $"I am {name}, a small language model."));
    }

    /// <summary>The user asks for a name or preference that was never given.</summary>
    public static Exchange NotTold(Dice dice)
    {
        bool name = dice.Chance(0.6);
        string question = dice.Pick(name ? s_nameQuestions : s_likeQuestions);
        string said = dice.Pick(TalkTopics.LeadIns) + question;
        return new Exchange("not told", said, Capital(said),
            name ? "I do not know your name. What is your name?" : "I do not know what you like. What do you like?");
    }

    private static (Exchange Told, Exchange Asked) Remembered(
        Dice dice, string kind, string slot, string[] introductions, string[] questions, string heard, string remembered)
    {
        int introduction = dice.Next(introductions.Length);
        int question = dice.Next(questions.Length);
        string combination = $"{slot}|{introduction}|{question}";
        string Fill(string text) => Capital(text.Replace("{0}", slot, StringComparison.Ordinal));
        return (new Exchange(kind + " told", combination, Fill(introductions[introduction]), Fill(heard)),
            new Exchange(kind, combination, Fill(questions[question]), Fill(remembered)));
    }
}
