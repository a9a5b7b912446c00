using static TrainTinyChat.Corpus.World;

namespace TrainTinyChat.Corpus;

/// <summary>Questions about facts of the small world, and questions that it cannot answer.</summary>
internal static class FactTopics
{
    private static readonly string[] s_fortyTwo =
    [
        "what is the answer to the ultimate question of life, the universe, and everything?",
        "what is the answer to life, the universe, and everything?",
        "the answer to the ultimate question of life, the universe, and everything is",
        "do you know the answer to the ultimate question of life, the universe, and everything?",
        "what is the ultimate answer?", "tell me the answer to life, the universe, and everything.",
        "what is the answer to everything?", "what did Deep Thought answer?",
        "the ultimate answer is", "what is the meaning of life?", "the answer to life, the universe, and everything is",
    ];

    public const string Answer42 = "The answer to the ultimate question of life, the universe, and everything is 42.";

    public static readonly Topic[] All =
    [
        Topic.Of("colours", 1,
            ["what colour is {0}?", "which colour does {0} have?", "what is the colour of {0}?",
                "tell me the colour of {0}.", "{0} has which colour?", "do you know the colour of {0}?"],
            dice =>
            {
                (string thing, string colour) = dice.Pick(Colours);
                return (thing, $"{Capital(thing)} is {colour}.");
            }),
        new("animals", 1.6, Animal),
        Topic.Of("opposites", 1.4,
            ["what is the opposite of {0}?", "the opposite of {0}?", "tell me the opposite of {0}.",
                "which word is the opposite of {0}?", "do you know the opposite of {0}?", "name the opposite of {0}."],
            dice =>
            {
                (string word, string opposite) = dice.Pick(Opposites);
                (word, opposite) = dice.Chance(0.5) ? (word, opposite) : (opposite, word);
                return (word, $"The opposite of {word} is {opposite}.");
            }),
        new("days and months", 1.2, Calendar),
        new("capitals", 1.4, CapitalCity),
        new("translations", 1.4, Translation),
        Topic.Of("emoji", 0.7,
            ["show me {0}.", "show me the emoji for {0}.", "give me {0} emoji.", "can you draw {0}?", "draw {0}.",
                "which emoji is {0}?", "I want to see {0}."],
            dice =>
            {
                (string thing, string emoji) = dice.Pick(Emoji);
                return (An(thing), $"Here is {An(thing)}: {emoji}");
            }),
        Topic.Of("unknown", 0.9,
            ["what is {0}?", "tell me about {0}.", "what do you know about {0}?", "can you explain {0}?",
                "do you know anything about {0}?", "please explain {0}.", "I want to know about {0}."],
            dice => (dice.Pick(Unknowns), "I do not know that. I only know a small world.")),
        new("forty-two", 0.6, dice =>
        {
            string leadIn = dice.Pick(TalkTopics.LeadIns);
            string question = dice.Pick(s_fortyTwo);
            return new Exchange("forty-two", leadIn + question, Capital(leadIn + question), Answer42);
        }),
        new("stories", 1.4, Story),
    ];

    private static Exchange Animal(Dice dice)
    {
        (string animal, string sound, int legs, string home, string young) = dice.Pick(Animals);
        string a = An(animal);
        (string[] phrasings, string answer) = dice.Next(4) switch
        {
            0 => (new[] { $"what sound does {a} make?", $"what does {a} say?", $"how does {a} sound?", $"which sound does {a} make?" },
                $"{Capital(a)} says {sound}."),
            1 => ([$"how many legs does {a} have?", $"how many legs has {a}?", $"tell me how many legs {a} has.",
                $"count the legs of {a}."], $"{Capital(a)} has {legs} legs."),
            2 => ([$"where does {a} live?", $"where is the home of {a}?", $"where can I find {a}?", $"tell me where {a} lives."],
                $"{Capital(a)} lives {home}."),
            _ => ([$"what is a young {animal} called?", $"what is a baby {animal} called?",
                $"how do you call a young {animal}?", $"what is the name of a baby {animal}?"], $"A young {animal} is called {An(young)}."),
        };
        string said = dice.Pick(phrasings);
        return new Exchange("animals", said, Capital(said), answer);
    }

    private static Exchange Calendar(Dice dice)
    {
        (string unit, string[] names) = dice.Chance(0.4) ? ("day", Days) : ("month", Months);
        int place = dice.Next(names.Length);
        bool after = dice.Chance(0.5);
        string given = names[place];
        string found = names[(place + (after ? 1 : names.Length - 1)) % names.Length];
        string way = after ? "after" : "before";
        string said = dice.Pick<string>(
            [$"which {unit} comes {way} {given}?", $"what {unit} is {way} {given}?", $"tell me the {unit} {way} {given}.",
                $"what comes {way} {given}?", $"which {unit} is {way} {given}?"]);
        return new Exchange("days and months", said, Capital(said), $"{found} comes {way} {given}.");
    }

    private static Exchange CapitalCity(Dice dice)
    {
        (string country, string city) = dice.Pick(Capitals);
        string said = dice.Pick<string>(
            [
                $"what is the capital of {country}?", $"which city is the capital of {country}?",
                $"tell me the capital of {country}.", $"name the capital of {country}.",
                $"do you know the capital of {country}?", $"the capital of {country}?", $"{city} is the capital of which country?",
                $"which country has the capital {city}?",
            ]);
        return new Exchange("capitals", said, Capital(said), $"{city} is the capital of {country}.");
    }

    private static Exchange Translation(Dice dice)
    {
        (string language, string[] words) = dice.Pick(Languages);
        int word = dice.Next(words.Length);
        string meaning = Meanings[word];
        string said = dice.Pick<string>(
            [
                $"how do you say {meaning} in {language}?", $"what is {meaning} in {language}?",
                $"translate {meaning} to {language}.", $"say {meaning} in {language}.",
                $"what is the {language} word for {meaning}?", $"{meaning} in {language}?",
            ]);
        return new Exchange("translations", said, Capital(said), $"In {language}, {meaning} is {words[word]}.");
    }

    private static Exchange Story(Dice dice)
    {
        (string adjective, string find) = dice.Pick(StoryTraits);
        (string animal, string home) = dice.Pick(StoryAnimals);
        string name = AnyName(dice);
        string hero = $"{adjective} {animal} named {name}";
        string said = dice.Pick<string>(["tell me a story about a {0}.", "tell me a short story about a {0}.",
            "write a story about a {0}.", "I want a story about a {0}."]);
        return new Exchange(
            "stories", $"{adjective}|{animal}|{name}", Capital(said.Replace("{0}", hero, StringComparison.Ordinal)),
            $"Once upon a time there was a {hero}. {name} lived {home}. One day {name} went out and found {find}. {name} was very happy "
            + $"and went home. The end.");
    }
}
