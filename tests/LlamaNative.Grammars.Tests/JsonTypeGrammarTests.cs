using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LlamaNative.Grammars;
using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars.Tests;

/// <summary>Grammars of .NET types: the expected sentences are what System.Text.Json itself writes for values of them.</summary>
public class JsonTypeGrammarTests
{
    private static readonly Order s_order = new()
    {
        Customer = "Zoë \"Z\" <z@x.y>\n",
        Note = null,
        Count = -3,
        Color = Color.Green,
        Shade = Shade.Dark,
        Placed = new DateTime(2024, 2, 29, 12, 30, 45),
        Shipped = new DateTimeOffset(2024, 12, 31, 23, 59, 59, 123, TimeSpan.FromHours(5.5)),
        Day = new DateOnly(2023, 11, 30),
        Time = new TimeOnly(7, 5, 9, 12),
        Took = new TimeSpan(3, 4, 5, 6, 7),
        Id = Guid.Parse("123e4567-e89b-12d3-a456-426614174000"),
        Link = new Uri("https://example.org/a?b=c&d"),
        Data = [0xFB, 0xEF, 0xBE, 1, 2],
        Letter = 'é',
        Price = 1234567.8900m,
        Ratio = 1e-7,
        Large = ulong.MaxValue,
        Counts = new() { ["a"] = 1, ["naïve \\ key"] = int.MinValue },
        Lines = [new Line("pen", 1.5f, null), new Line("ink", 0f, [1, 2])],
        Figure = new Circle(2.5),
        Any = JsonDocument.Parse("""{"x":[1,null]}""").RootElement,
    };

    [Fact]
    public void Accepts_what_the_serializer_writes()
    {
        var grammar = JsonSchemaGrammar.FromType(TypesContext.Default.Order);

        foreach (JavaScriptEncoder? encoder in new[] { null, JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        {
            foreach (bool indented in new[] { false, true })
            {
                TypesContext context = new(new JsonSerializerOptions { Encoder = encoder, WriteIndented = indented, NewLine = "\n" });
                Order[] orders = [s_order, new Order
                {
                    Customer = "",
                    Placed = DateTime.UnixEpoch,
                    Link = s_order.Link,
                    Figure = new Square(1, "s"),
                    Note = "n",
                    Shade = null,
                    Ratio = double.MaxValue,
                }];
                foreach (string json in orders.Select(order => JsonSerializer.Serialize(order, context.Order)))
                {
                    Assert.True(grammar.IsMatch(json), json);
                }
            }
        }
    }

    // A sentence must be valid for the type, so each is deserialized.
    [Fact]
    public void Random_sentences_deserialize()
    {
        GbnfSentences sentences = new(JsonSchemaGrammar.FromType(TypesContext.Default.Order), seed: 11);
        for (int i = 0; i < 60; i++)
        {
            Assert.NotNull(JsonSerializer.Deserialize(sentences.Next(), TypesContext.Default.Order));
        }
    }

    [Fact]
    public void A_type_that_contains_itself_becomes_rules_that_do()
    {
        var grammar = JsonSchemaGrammar.FromType(TypesContext.Default.Node);
        Node tree = new(1, new Node(2, null, []), [new Node(3, null, [new Node(4, null, [])])]);

        Assert.True(grammar.IsMatch(JsonSerializer.Serialize(tree, TypesContext.Default.Node)));
        Assert.False(grammar.IsMatch("""{"Value":1,"Next":null}"""));
        Assert.False(grammar.IsMatch("null")); // the value itself is not nullable
    }

    [Theory]
    [InlineData("2147483647", true)]
    [InlineData("-2147483648", true)]
    [InlineData("2147483648", false)]
    [InlineData("1.5", false)]
    [InlineData("null", false)]
    public void Integers_keep_the_range_of_their_type(string json, bool expected) =>
        Assert.Equal(expected, JsonSchemaGrammar.FromType<int>(TypesContext.Default.Options).IsMatch(json));

    [Fact]
    public void Numbers_written_as_strings_follow_the_serializer()
    {
        TypesContext context = new(new JsonSerializerOptions(JsonSerializerDefaults.Web));
        var grammar = JsonSchemaGrammar.FromType(context.Circle);

        Assert.All(new[] { """{"radius":2.5}""", """{"radius":"2.5e-3"}""" }, json => Assert.True(grammar.IsMatch(json), json));
        Assert.False(grammar.IsMatch("""{"radius":"x"}"""));
        Assert.False(grammar.IsMatch("""{"Radius":2.5}"""));
    }

    [Fact]
    public void Properties_keep_the_serializers_order_unless_asked_otherwise()
    {
        string json = JsonSerializer.Serialize(new Late { First = 1, Needed = 2 }, TypesContext.Default.Late);

        Assert.Equal("""{"First":1,"Needed":2}""", json);
        Assert.True(JsonSchemaGrammar.FromType(TypesContext.Default.Late).IsMatch(json));
        Assert.False(JsonSchemaGrammar.FromType(TypesContext.Default.Late, new JsonSchemaOptions()).IsMatch(json));
    }

    [Fact]
    public void A_type_without_a_schema_is_a_typed_error()
    {
        TypesContext context = new(new JsonSerializerOptions { ReferenceHandler = ReferenceHandler.Preserve });
        Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromType(context.Node));
    }

    internal enum Color
    {
        Red,
        Green,
    }

    [JsonConverter(typeof(JsonStringEnumConverter<Shade>))]
    internal enum Shade
    {
        Light,
        [JsonStringEnumMemberName("très foncé")]
        Dark,
    }

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Square), "square")]
    internal abstract record Figure;

    internal sealed record Circle(double Radius) : Figure;

    internal sealed record Square(double Side, string? Name) : Figure;

    internal sealed record Line(string Item, float Weight, int[]? Parts);

    internal sealed record Node(int Value, Node? Next, List<Node> Kids);

    internal sealed class Late
    {
        public int First { get; set; }

        public required int Needed { get; set; }
    }

    internal sealed class Order
    {
        public required string Customer { get; set; }
        public string? Note { get; set; }
        public int? Count { get; set; }
        public Color Color { get; set; }
        public Shade? Shade { get; set; }
        public DateTime Placed { get; set; }
        public DateTimeOffset Shipped { get; set; }
        public DateOnly Day { get; set; }
        public TimeOnly Time { get; set; }
        public TimeSpan Took { get; set; }
        public Guid Id { get; set; }
        public required Uri Link { get; set; }
        public byte[] Data { get; set; } = [];
        public char Letter { get; set; } = 'x';
        public decimal Price { get; set; }
        public double Ratio { get; set; }
        public ulong Large { get; set; }
        public Dictionary<string, int> Counts { get; set; } = [];
        public List<Line> Lines { get; set; } = [];
        public required Figure Figure { get; set; }
        public JsonElement? Any { get; set; }
    }
}

[JsonSerializable(typeof(JsonTypeGrammarTests.Order))]
[JsonSerializable(typeof(JsonTypeGrammarTests.Node))]
[JsonSerializable(typeof(JsonTypeGrammarTests.Late))]
[JsonSerializable(typeof(int))]
internal sealed partial class TypesContext : JsonSerializerContext;
