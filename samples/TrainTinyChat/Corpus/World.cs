namespace TrainTinyChat.Corpus;

/// <summary>The words and facts of the small world, used as slot values of topics.</summary>
internal static class World
{
    public static readonly string[] Names =
    [
        "Anna", "Ben", "Carla", "David", "Emma", "Frank", "Grace", "Henry", "Ida", "Jack", "Kate", "Leo", "Maria", "Noah", "Olga", "Paul",
        "Rosa", "Sam", "Tina", "Uma", "Victor", "Wendy", "Yara", "Zoe", "Adam", "Bella", "Chris", "Diana",
        "Eric", "Fiona", "George", "Hanna",
        "Ivan", "Julia", "Karl", "Laura", "Max", "Nina", "Oscar", "Peter", "Ruth", "Simon", "Tom", "Vera", "Will", "Alice", "Bob", "Clara",
        "Daniel", "Eva", "Felix", "Gina", "Hugo", "Iris", "John", "Kim", "Lisa", "Mark", "Nora", "Otto", "Paula", "Rita", "Sarah", "Theo",
        "Lucy", "Martin", "Mia", "Nick", "Sofia", "Robert", "Elena", "Lucas", "Amy", "Jim", "Jane", "Mary", "Alex", "Ali", "Lin", "Mei",
        "Ada", "Alan", "Linus", "Marie", "Isaac", "Nikola", "Rosalind", "Ken", "Barbara", "Niklaus",
        "José", "Zoë", "René", "Jörg", "Chloé", "Søren", "Renée", "Andrés", "Björn", "Inés",
    ];

    // Syllables of invented names, so that the model has to copy a name from the conversation instead of memorizing it.
    private static readonly string[] s_firstSyllables = ["Ba", "Be", "Da", "Do", "Fe", "Ga", "Ha", "Jo", "Ka",
        "Ki", "La", "Lo", "Ma", "Mi", "Na", "Ne", "Pa", "Ra", "Ro", "Sa", "So", "Ta", "Ti", "Va", "Wi", "Za"];

    private static readonly string[] s_otherSyllables = ["ba", "bi", "co", "da", "di", "fa", "go", "la", "li",
        "lo", "ma", "mi", "na", "ni", "no", "ra", "ri", "ro", "sa", "so", "ta", "ti", "va", "vi", "n", "s", "l", "r"];

    public static readonly string[] Personas =
    [
        "Nova", "Pixel", "Sunny", "Robin", "Echo", "Pip", "Luna", "Comet", "Maple", "Ziggy", "Coco", "Dot",
        "Kiwi", "Sparky", "Nemo", "Misty",
        "Rusty", "Bolt", "Daisy", "Ollie", "Buddy", "Ruby", "Teddy", "Jasper",
    ];

    public static readonly (string Thing, string Colour)[] Colours =
    [
        ("the sky", "blue"), ("the sea", "blue"), ("grass", "green"), ("a leaf", "green"), ("snow", "white"),
        ("milk", "white"), ("coal", "black"),
        ("the night", "black"), ("blood", "red"), ("a tomato", "red"), ("a strawberry", "red"), ("a banana", "yellow"),
        ("the sun", "yellow"),
        ("a lemon", "yellow"), ("an orange", "orange"), ("a carrot", "orange"), ("a pumpkin", "orange"),
        ("chocolate", "brown"), ("wood", "brown"),
        ("an elephant", "grey"), ("a mouse", "grey"), ("a flamingo", "pink"), ("a pig", "pink"), ("a plum", "purple"), ("a frog", "green"),
        ("a polar bear", "white"), ("a raven", "black"), ("a cucumber", "green"), ("coffee", "brown"), ("a cherry", "red"),
    ];

    public static readonly (string Animal, string Sound, int Legs, string Home, string Young)[] Animals =
    [
        ("cow", "moo", 4, "on a farm", "calf"), ("dog", "woof", 4, "in a house", "puppy"), ("cat", "meow", 4, "in a house", "kitten"),
        ("duck", "quack", 2, "on a pond", "duckling"), ("sheep", "baa", 4, "on a farm", "lamb"), ("pig", "oink", 4, "on a farm", "piglet"),
        ("horse", "neigh", 4, "in a stable", "foal"), ("lion", "roar", 4, "in the savanna", "cub"),
        ("owl", "hoo", 2, "in the forest", "owlet"),
        ("frog", "croak", 4, "on a pond", "tadpole"), ("hen", "cluck", 2, "on a farm", "chick"), ("bee", "buzz", 6, "in a hive", "larva"),
        ("wolf", "howl", 4, "in the forest", "pup"), ("mouse", "squeak", 4, "in a hole", "pup"),
        ("goat", "maa", 4, "in the mountains", "kid"),
        ("snake", "hiss", 0, "in the grass", "snakelet"), ("bear", "growl", 4, "in the forest", "cub"),
        ("goose", "honk", 2, "on a pond", "gosling"),
    ];

    /// <summary>From the smallest to the largest.</summary>
    public static readonly string[] Sizes = ["an ant", "a bee", "a mouse", "a frog", "a cat", "a dog", "a sheep",
        "a lion", "a horse", "an elephant", "a whale"];

    public static readonly (string Word, string Opposite)[] Opposites =
    [
        ("hot", "cold"), ("big", "small"), ("up", "down"), ("left", "right"), ("day", "night"), ("good", "bad"),
        ("fast", "slow"), ("happy", "sad"),
        ("old", "young"), ("long", "short"), ("high", "low"), ("open", "closed"), ("full", "empty"), ("wet", "dry"),
        ("hard", "soft"), ("light", "dark"),
        ("early", "late"), ("near", "far"), ("rich", "poor"), ("strong", "weak"), ("loud", "quiet"),
        ("clean", "dirty"), ("easy", "difficult"),
        ("first", "last"), ("thick", "thin"), ("in", "out"), ("black", "white"), ("true", "false"), ("love", "hate"), ("win", "lose"),
        ("begin", "end"), ("sweet", "sour"), ("wide", "narrow"), ("deep", "shallow"), ("push", "pull"), ("summer", "winter"),
    ];

    public static readonly string[] Days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    public static readonly string[] Months =
    [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ];

    public static readonly (string Country, string City)[] Capitals =
    [
        ("France", "Paris"), ("Germany", "Berlin"), ("Italy", "Rome"), ("Spain", "Madrid"), ("England", "London"), ("Japan", "Tokyo"),
        ("China", "Beijing"), ("Russia", "Moscow"), ("Egypt", "Cairo"), ("Greece", "Athens"), ("Poland", "Warsaw"), ("Austria", "Vienna"),
        ("Portugal", "Lisbon"), ("Norway", "Oslo"), ("Sweden", "Stockholm"), ("Finland", "Helsinki"),
        ("Ireland", "Dublin"), ("India", "New Delhi"),
        ("Canada", "Ottawa"), ("Cuba", "Havana"), ("Peru", "Lima"), ("Kenya", "Nairobi"), ("Hungary", "Budapest"),
        ("Denmark", "Copenhagen"),
    ];

    public static readonly string[] GoodFeelings = ["happy", "glad", "fine", "excited", "well", "proud",
        "cheerful", "great", "relaxed", "lucky"];

    public static readonly string[] BadFeelings = ["sad", "tired", "angry", "lonely", "ill", "bored", "afraid",
        "hungry", "thirsty", "worried"];

    public static readonly string[] Likes =
    [
        "apples", "books", "cats", "dogs", "music", "tea", "coffee", "cake", "trees", "flowers", "games",
        "football", "chess", "dancing", "swimming",
        "bread", "cheese", "stars", "trains", "ships", "horses", "birds", "rain", "snow", "summer", "winter",
        "chocolate", "pizza", "rice", "soup",
    ];

    public static readonly (string Language, string[] Words)[] Languages =
    [
        ("Chinese", ["你好", "谢谢", "再见", "早上好", "朋友", "水", "猫", "是"]),
        ("Spanish", ["hola", "gracias", "adiós", "buenos días", "amigo", "agua", "gato", "sí"]),
        ("French", ["bonjour", "merci", "au revoir", "bon matin", "ami", "eau", "chat", "oui"]),
        ("German", ["hallo", "danke", "tschüss", "guten Morgen", "Freund", "Wasser", "Katze", "ja"]),
        ("Italian", ["ciao", "grazie", "arrivederci", "buongiorno", "amico", "acqua", "gatto", "sì"]),
    ];

    /// <summary>The meanings of the words of <see cref="Languages"/>.</summary>
    public static readonly string[] Meanings = ["hello", "thank you", "goodbye", "good morning", "friend", "water", "cat", "yes"];

    public static readonly (string Greeting, string Reply)[] WorldGreetings =
    [
        ("你好", "你好！很高兴见到你。"), ("早上好", "早上好！今天好吗？"), ("谢谢", "不客气！"), ("再见", "再见！"), ("晚安", "晚安！"),
        ("Hola", "¡Hola! ¿Cómo estás?"), ("Buenos días", "¡Buenos días!"), ("Bonjour", "Bonjour ! Ça va ?"),
        ("Grüß Gott", "Grüß dich! Schön, dass du da bist."),
        ("Guten Tag", "Guten Tag! Wie geht es dir?"), ("Olá", "Olá! Tudo bem?"), ("Ciao", "Ciao! Come stai?"),
        ("Привет", "Привет!"), ("こんにちは", "こんにちは！"),
        ("👋", "👋 Hello!"), ("😊", "😊 You look happy!"), ("🎉", "🎉 Let us celebrate!"), ("❤️", "❤️ Thank you!"),
    ];

    public static readonly (string Thing, string Emoji)[] Emoji =
    [
        ("cat", "🐱"), ("dog", "🐶"), ("heart", "❤️"), ("smile", "😊"), ("star", "⭐"), ("sun", "☀️"), ("moon", "🌙"),
        ("tree", "🌳"), ("flower", "🌸"),
        ("apple", "🍎"), ("banana", "🍌"), ("cake", "🎂"), ("fish", "🐟"), ("bird", "🐦"), ("fire", "🔥"),
        ("rainbow", "🌈"), ("car", "🚗"), ("house", "🏠"),
        ("ball", "⚽"), ("book", "📖"), ("frog", "🐸"), ("pizza", "🍕"), ("rocket", "🚀"), ("snowman", "⛄"),
    ];

    /// <summary>Subjects outside the small world, each as the end of a question.</summary>
    public static readonly string[] Unknowns =
    [
        "the weather tomorrow", "the price of gold", "the meaning of this law", "quantum physics", "the stock market",
        "the president of Mars",
        "my bank account", "the football results", "yesterday's news", "nuclear power", "the history of Rome", "brain surgery", "tax law",
        "the speed of light", "my password", "the latest film", "Shakespeare's plays", "chemistry", "the population of Brazil", "politics",
        "the next election", "the recipe for goulash", "computer viruses", "the distance to Jupiter",
        "the square root of 7", "ancient Greek",
        "Beethoven's symphonies", "my neighbour's phone number", "black holes", "the flight to Sydney", "dinosaurs", "the human genome",
        "the rules of cricket", "electric motors", "the winner of the race", "the train to Hamburg",
    ];

    public static readonly (string Adjective, string Find)[] StoryTraits =
    [
        ("little", "a big red ball"), ("brave", "a golden crown"), ("hungry", "a sweet apple"), ("lonely", "a good friend"),
        ("curious", "an old map"),
        ("lazy", "a soft bed"), ("kind", "a lost kitten"), ("clever", "a secret door"), ("happy", "a singing bird"),
        ("sleepy", "a warm blanket"),
    ];

    public static readonly (string Animal, string Home)[] StoryAnimals =
    [
        ("fox", "in the forest"), ("rabbit", "under a tree"), ("bear", "in a cave"), ("mouse", "in a hole"),
        ("owl", "in an old oak"), ("frog", "by a pond"),
        ("cat", "in a small house"), ("dog", "on a farm"), ("horse", "in a stable"), ("duck", "on a lake"),
        ("lion", "on a wide plain"), ("dragon", "on a high mountain"),
    ];

    /// <summary>One of the names, or an invented one.</summary>
    public static string AnyName(Dice dice)
    {
        if (dice.Chance(0.6))
        {
            return dice.Pick(Names);
        }

        string name = dice.Pick(s_firstSyllables) + dice.Pick(s_otherSyllables);
        return dice.Chance(0.5) ? name + dice.Pick(s_otherSyllables) : name;
    }

    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string An(string word) => ("aeiou".Contains(word[0]) ? "an " : "a ") + word;
}
