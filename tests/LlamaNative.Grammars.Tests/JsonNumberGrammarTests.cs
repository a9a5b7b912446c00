using System.Globalization;
using LlamaNative.Grammars;
using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars.Tests;

/// <summary>Ranges of numbers against plain comparison.</summary>
public class JsonNumberGrammarTests
{
    [Fact]
    public void Integer_ranges_hold_exactly_their_integers()
    {
        Random random = new(7);
        for (int round = 0; round < 60; round++)
        {
            int limit = random.Next(3) switch { 0 => 12, 1 => 130, _ => 1100 };
            int low = random.Next(-limit, limit + 1);
            int high = random.Next(low, limit + 1);
            bool openLow = random.Next(4) == 0;
            bool openHigh = random.Next(4) == 0;
            string bounds = (openLow ? "" : $",\"minimum\":{low}") + (openHigh ? "" : $",\"maximum\":{high}");
            var grammar = JsonSchemaGrammar.FromSchema($"{{\"type\":\"integer\"{bounds}}}");
            for (int value = -limit - 15; value <= limit + 15; value++)
            {
                bool expected = (openLow || value >= low) && (openHigh || value <= high);
                Assert.True(expected == Matches(grammar, value.ToString(CultureInfo.InvariantCulture)), $"{value} in {bounds}");
            }

            Assert.False(Matches(grammar, "00") || Matches(grammar, "01") || Matches(grammar, "-01") || Matches(grammar, ""));
        }
    }

    [Fact]
    public void Decimal_ranges_hold_exactly_their_numbers()
    {
        Random random = new(8);
        for (int round = 0; round < 80; round++)
        {
            decimal low = Next(random);
            decimal high = low + Math.Abs(Next(random));
            (bool openLow, bool openHigh) = (random.Next(5) == 0, random.Next(5) == 0);
            (bool aboveLow, bool belowHigh) = (random.Next(3) == 0, random.Next(3) == 0 && high > low);
            string lower = openLow ? "" : $",\"{(aboveLow ? "exclusiveMinimum" : "minimum")}\":{Text(low)}";
            string upper = openHigh ? "" : $",\"{(belowHigh ? "exclusiveMaximum" : "maximum")}\":{Text(high)}";
            if (low == high && aboveLow)
            {
                continue;
            }

            var grammar = JsonSchemaGrammar.FromSchema($"{{\"type\":\"number\"{lower}{upper}}}");
            decimal[] near = [low, high, low + 0.001m, low - 0.001m, high + 0.001m, high - 0.001m, 0,
                decimal.Floor(low), decimal.Ceiling(high)];
            foreach (decimal value in near.Concat(Enumerable.Range(0, 40).Select(_ => Next(random))))
            {
                bool expected = (openLow || (aboveLow ? value > low : value >= low))
                    && (openHigh || (belowHigh ? value < high : value <= high));
                foreach (string text in new[] { Text(value), value.ToString("F4", CultureInfo.InvariantCulture) })
                {
                    Assert.True(expected == Matches(grammar, text) || text.StartsWith("-0.0000", StringComparison.Ordinal),
                        $"{text} in {lower}{upper}");
                }
            }
        }
    }

    [Theory]
    [InlineData("""{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}""",
        "9223372036854775807|-9223372036854775808|0", "9223372036854775808|-9223372036854775809|-0")]
    [InlineData("""{"type":"integer","exclusiveMinimum":0.5,"exclusiveMaximum":3}""", "1|2", "0|3|1.5")]
    [InlineData("""{"type":"integer","minimum":3,"exclusiveMinimum":true,"maximum":5,"exclusiveMaximum":false}""", "4|5", "3|6")]
    [InlineData("""{"type":"number","multipleOf":0.01}""", "1|1.5|-1.25", "1.255|1e2")]
    [InlineData("""{"type":"number","multipleOf":0.01,"minimum":0.005,"maximum":1}""", "0.01|0.1|1|1.00", "0|0.00|0.001|1.01")]
    [InlineData("""{"type":"number","multipleOf":1}""", "12|-3", "1.5")]
    [InlineData("""{"type":"number","minimum":0}""", "0|0.0|1.5|10000000000000000000000", "-1|-0.5|-0")]
    [InlineData("""{"type":"number","minimum":1e-3,"maximum":1e3}""", "0.001|1000|1000.0|999.9999", "0.0009|1000.1|0")]
    public void Bounds_of_every_form(string schema, string accepted, string refused)
    {
        var grammar = JsonSchemaGrammar.FromSchema(schema);

        Assert.All(accepted.Split('|'), text => Assert.True(Matches(grammar, text), text));
        Assert.All(refused.Split('|'), text => Assert.False(Matches(grammar, text), text));
    }

    private static decimal Next(Random random) =>
        decimal.Round((decimal)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(0, 4))), random.Next(0, 4));

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static bool Matches(GbnfGrammar grammar, string text) => grammar.IsMatch(text);
}
