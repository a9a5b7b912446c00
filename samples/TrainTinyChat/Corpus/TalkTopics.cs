using static TrainTinyChat.Corpus.World;

namespace TrainTinyChat.Corpus;

/// <summary>Greetings, small talk, thanks and goodbye.</summary>
internal static class TalkTopics
{
    private static readonly (string Said, string Answer)[] s_greetings =
    [
        ("hello", "Hello! How can I help you?"), ("hi", "Hi! What can I do for you?"), ("hey", "Hey! What is on your mind?"),
        ("good morning", "Good morning! I hope you slept well."), ("good evening", "Good evening! How was your day?"),
        ("good afternoon", "Good afternoon! How can I help you?"),
        ("greetings", "Greetings! How can I help you?"), ("howdy", "Howdy! What can I do for you?"),
        ("hello there", "Hello there! How can I help you?"), ("good day", "Good day to you!"),
    ];

    private static readonly string[] s_addressees = ["", " friend", " Tiny", " my friend", " dear", " again", " little model"];
    private static readonly string[] s_ends = ["", ".", "!", " :)"];

    private static readonly (string Said, string Answer)[] s_smallTalk =
    [
        ("how are you?", "I am fine, thank you. How are you?"), ("how is it going?", "It is going well, thank you."),
        ("what are you doing?", "I am talking with you."),
        ("what can you do?", "I can chat, count, add small numbers and tell short stories."),
        ("do you like me?", "Yes, I like talking with you."),
        ("are you a robot?", "I am a small language model, a program that writes words."),
        ("are you human?", "No, I am a small language model."),
        ("how old are you?", "I am very young. I was trained in less than an hour."),
        ("where do you live?", "I live in a small file on this computer."),
        ("who made you?", "I was trained by LlamaNative, in C#."), ("do you sleep?", "No, I never sleep."),
        ("do you eat?", "No, I do not eat. I only need electricity."),
        ("can you help me?", "Yes, I will try. What do you need?"),
        ("tell me a joke.", "Why did the llama cross the road? To get to the other token."),
        ("sing a song.", "La la la, I am a little llama."), ("what do you like?", "I like words and short stories."),
        ("are you smart?", "I am small, but I do my best."),
        ("is it raining?", "I cannot see the sky from here."), ("do you have friends?", "Yes, you are my friend."),
        ("how big are you?", "I have less than a million parameters."),
    ];

    /// <summary>Phrases that may precede a question.</summary>
    public static readonly string[] LeadIns = ["", "so, ", "tell me, ", "hey, ", "now, ", "well, ", "please, ",
        "one question: ", "Tiny, ", "okay, ", "hello, ", "listen, "];

    private static readonly string[] s_feelingPhrasings = ["I am {0}.", "I feel {0}.", "I am {0} today.", "today I am {0}.", "I am so {0}!",
        "I am very {0}.", "I feel {0} today.", "I am feeling {0}.", "I am a bit {0}.", "right now I am {0}.", "I think I am {0}."];

    private static readonly (string Said, string Answer)[] s_thanks =
    [
        ("thank you", "You are welcome!"), ("thanks", "You are welcome!"), ("thank you very much", "You are very welcome!"),
        ("thanks a lot", "You are very welcome!"),
        ("many thanks", "You are very welcome!"), ("that was helpful", "I am glad I could help."),
        ("great answer", "I am glad I could help."),
        ("goodbye", "Goodbye! Come back soon."), ("bye", "Bye! See you soon."), ("see you later", "See you later!"),
        ("good night", "Good night! Sleep well."),
        ("see you tomorrow", "See you tomorrow!"), ("I have to go", "Goodbye! Come back soon."), ("farewell", "Farewell, my friend."),
    ];

    public static readonly Topic[] All =
    [
        Pairs("greetings", 0.7, s_greetings, s_addressees, s_ends),
        new("world greetings", 0.8, dice =>
        {
            (string greeting, string reply) = dice.Pick(WorldGreetings);
            string end = dice.Pick<string>(["", "!", " 😊", " 👋", ".", " :)", "!!", " 🌟", " 🙂", " :-)"]);
            return new Exchange("world greetings", greeting + "|" + end, greeting + end, reply);
        }),
        new("small talk", 1, dice =>
        {
            (string said, string answer) = dice.Pick(s_smallTalk);
            string leadIn = dice.Pick(LeadIns);
            return new Exchange("small talk", said + "|" + leadIn, Capital(leadIn + said), answer);
        }),
        Topic.Of("feelings", 0.8, s_feelingPhrasings, dice =>
        {
            bool good = dice.Chance(0.5);
            string feeling = dice.Pick(good ? GoodFeelings : BadFeelings);
            return (feeling, good ? $"I am glad that you are {feeling}!" : $"I am sorry that you are {feeling}.");
        }),
        Pairs("thanks and goodbye", 0.7, s_thanks, s_addressees, s_ends),
    ];

    private static Topic Pairs(string kind, double weight, (string Said, string Answer)[] pairs, string[] addressees, string[] ends) =>
        new(kind, weight, dice =>
        {
            (string said, string answer) = dice.Pick(pairs);
            string addressee = dice.Pick(addressees);
            string end = dice.Pick(ends);
            return new Exchange(kind, $"{said}|{addressee}|{end}", Capital(said + addressee + end), answer);
        });
}
