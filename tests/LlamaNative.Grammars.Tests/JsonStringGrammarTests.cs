using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using LlamaNative.Grammars;
using LlamaNative.Grammars.Gbnf;

namespace LlamaNative.Grammars.Tests;

/// <summary>String formats, compared with .NET's regular expressions, dates, addresses and JSON writer.</summary>
public class JsonStringGrammarTests
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("^abc?d*efg+(hij)?kl$")]
    [InlineData("[0-9]+")]
    [InlineData("^a|b|c$")]
    [InlineData("^(a|b)*$")]
    [InlineData("^(?:(?:ab)+c)?d$")]
    [InlineData("a.c")]
    [InlineData("^[^a-c]*$")]
    [InlineData("^\\w+\\s\\d{2,3}$")]
    [InlineData("^\\W\\S\\D$")]
    [InlineData("^(a*)*b?$")]
    [InlineData("^(|a)(|b)$")]
    [InlineData("(^a|b$)")]
    [InlineData("^$")]
    [InlineData("")]
    [InlineData("^(?<year>1[0-9])?-\\-[\\]\\-x]*$")]
    [InlineData("^a{2}b{1,}c{0,2}$")]
    [InlineData("^a+?b*?$")]
    [InlineData("^\\x61\\u0062[\\t\\.]\\/$")]
    [InlineData("^(ab|a)(c|bcd)(d*)$")]
    public void Patterns_find_what_regular_expressions_find(string pattern)
    {
        var grammar = JsonSchemaGrammar.FromSchema($$"""{"type":"string","pattern":{{JsonSerializer.Serialize(pattern)}}}""");
        Regex regex = new(pattern, RegexOptions.ECMAScript);
        Random random = new(3);
        const string Letters = "aabbccddefghijkl019 x-]./";
        for (int i = 0; i < 1500; i++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(0, i < 700 ? 5 : 12)).Select(_ => Letters[random.Next(Letters.Length)])]);
            Assert.True(regex.IsMatch(text) == grammar.IsMatch(JsonSerializer.Serialize(text)), text);
        }

        GbnfSentences sentences = new(grammar, seed: 4);
        for (int i = 0; i < 50; i++)
        {
            // .NET's . and \s know other line ends and blanks than ECMA-262's; every sentence it can judge must match.
            string text = JsonSerializer.Deserialize<string>(sentences.Next())!;
            Assert.True(regex.IsMatch(text) || text.Any(c => c > 0x7E || c < ' '), text);
        }
    }

    /// <summary>Values that RFC 3339, sections 5.6 to 5.8, allows or forbids, although the formats' grammars generate fewer.</summary>
    [Theory]
    [InlineData("time", "23:59:60Z", true)]
    [InlineData("time", "15:59:60-08:00", true)]
    [InlineData("time", "00:29:60+00:30", true)]
    [InlineData("time", "22:59:60Z", false)]
    [InlineData("time", "23:59:60+01:00", false)]
    [InlineData("time", "23:59:61Z", false)]
    [InlineData("time", "12:00:00z", true)]
    [InlineData("time", "12:00:00-23:59", true)]
    [InlineData("time", "12:00:00+24:00", false)]
    [InlineData("time", "12:00:00", false)]
    [InlineData("time", "12:00:00Z\n", false)]
    [InlineData("date-time", "1990-12-31T23:59:60Z", true)]
    [InlineData("date-time", "1990-12-31T15:59:60-08:00", true)]
    [InlineData("date-time", "1985-04-12t23:20:50.1234567890123z", true)]
    [InlineData("date-time", "0000-02-29T00:00:00Z", true)]
    [InlineData("date-time", "1900-02-29T00:00:00Z", false)]
    [InlineData("date-time", "1985-04-12 23:20:50Z", false)]
    [InlineData("date-time", "1985-04-12T", false)]
    public void A_listed_time_has_its_format_by_the_specification(string format, string value, bool valid)
    {
        string text = JsonSerializer.Serialize(value, s_plain);
        foreach (string listed in new[] { $"\"const\":{text}", $"\"enum\":[{text}]" })
        {
            string schema = $$"""{"type":"string","format":"{{format}}",{{listed}}}""";
            if (valid)
            {
                Assert.True(JsonSchemaGrammar.FromSchema(schema).IsMatch(text), schema);
            }
            else
            {
                Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema));
            }
        }
    }

    [Fact]
    public void Lengths_count_code_points_in_any_spelling()
    {
        Random random = new(5);
        string[] pieces = ["a", "é", "日", "😀", "\"", "\\", "\n", "\u0001", "/", "<"];
        for (int i = 0; i < 80; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(0, 8)).Select(_ => pieces[random.Next(pieces.Length)]));
            (int low, int high) = (random.Next(0, 5), random.Next(5, 9));
            int length = text.EnumerateRunes().Count();
            var lengths = JsonSchemaGrammar.FromSchema($$"""{"type":"string","minLength":{{low}},"maxLength":{{high}}}""");
            var pattern = JsonSchemaGrammar.FromSchema(
                $$"""{"type":"string","minLength":{{low}},"maxLength":{{high}},"pattern":"^[^]*$"}""");
            foreach (string json in new[] { JsonSerializer.Serialize(text), JsonSerializer.Serialize(text, s_plain) })
            {
                Assert.True(lengths.IsMatch(json) == (length >= low && length <= high), json);
                Assert.True(pattern.IsMatch(json) == (length >= low && length <= high), json);
            }
        }
    }

    [Theory]
    [InlineData("\"\\/\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\ud800\\u0041\"")]
    [InlineData("\"\\udc00\"")]
    [InlineData("\"\\x41\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"a")]
    [InlineData("'a'")]
    public void Strings_are_json_strings(string json) => Assert.False(JsonSchemaGrammar.FromSchema("""{"type":"string"}""").IsMatch(json));

    [Fact]
    public void Dates_are_days_that_exist()
    {
        var grammar = JsonSchemaGrammar.FromSchema("""{"type":"string","format":"date"}""");
        foreach (int year in new[] { 1, 1600, 1900, 2000, 2023, 2024, 2100, 9999 })
        {
            for (int month = 0; month <= 13; month++)
            {
                for (int day = 0; day <= 32; day++)
                {
                    string date = string.Create(CultureInfo.InvariantCulture, $"{year:D4}-{month:D2}-{day:D2}");
                    bool exists = DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
                    Assert.True(exists == grammar.IsMatch($"\"{date}\""), date);
                }
            }
        }
    }

    /// <summary>RFC 3339 allows years 0000 to 9999, and by its appendix C 0000 is a leap year. .NET's dates begin with year 1.</summary>
    [Fact]
    public void Year_zero_is_a_leap_year_of_the_format_but_not_of_dotnets_types()
    {
        var date = JsonSchemaGrammar.FromSchema("""{"type":"string","format":"date"}""");
        var time = JsonSchemaGrammar.FromSchema("""{"type":"string","format":"date-time"}""");
        foreach ((string day, bool exists) in new[]
        {
            ("0000-01-01", true), ("0000-02-28", true), ("0000-02-29", true), ("0000-12-31", true), ("0004-02-29", true),
            ("0000-02-30", false), ("0000-00-01", false), ("0000-04-31", false), ("0100-02-29", false), ("000-01-01", false),
        })
        {
            Assert.True(exists == date.IsMatch($"\"{day}\""), day);
            Assert.True(exists == time.IsMatch($"\"{day}T00:00:00Z\""), day);
        }

        var options = new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        var types = new (GbnfGrammar Grammar, string Time)[]
        {
            (JsonSchemaGrammar.FromType<DateOnly>(options), ""),
            (JsonSchemaGrammar.FromType<DateTime>(options), "T00:00:00"),
            (JsonSchemaGrammar.FromType<DateTimeOffset>(options), "T00:00:00Z"),
        };
        foreach ((GbnfGrammar grammar, string clock) in types)
        {
            Assert.False(grammar.IsMatch($"\"0000-01-01{clock}\""));
            Assert.False(grammar.IsMatch($"\"0000-02-29{clock}\""));
            Assert.True(grammar.IsMatch($"\"0001-01-01{clock}\""));
            Assert.True(grammar.IsMatch($"\"2000-02-29{clock}\""));
            Assert.True(grammar.IsMatch($"\"9999-12-31{clock}\""));
        }
    }

    [Theory]
    [InlineData("time", "00:00:00Z|23:59:59Z|12:30:45.123Z|12:30:45+02:00|12:30:45.1-11:30",
        "24:00:00Z|12:60:00Z|12:30Z|12:30:45|12:30:45+2:00|12:30:45+24:00|1:30:45Z")]
    [InlineData("date-time", "2024-02-29T12:00:00Z|2024-12-31T23:59:59.999999+14:00",
        "2023-02-29T12:00:00Z|2024-02-29 12:00:00Z|2024-02-29T12:00:00|2024-02-29")]
    [InlineData("uuid", "123e4567-e89b-12d3-a456-426614174000|123E4567-E89B-12D3-A456-426614174000",
        "123e4567e89b12d3a456426614174000|g23e4567-e89b-12d3-a456-426614174000|123e4567-e89b-12d3-a456-42661417400")]
    [InlineData("ipv4", "0.0.0.0|255.255.255.255|192.168.1.10", "256.0.0.1|1.2.3|01.2.3.4|1.2.3.4.5|a.b.c.d")]
    [InlineData("ipv6", "::|::1|1::|2001:db8::ff00:42:8329|1:2:3:4:5:6:7:8|::ffff:192.0.2.1|1:2:3:4:5:6:7::|64:ff9b::1.2.3.4",
        "1::2::3|1:2:3:4:5:6:7|12345::|:1|1:2:3:4:5:6:7:8:9|::256.0.0.1|g::|1:2:3:4:5:6:7:1.2.3.4")]
    [InlineData("email", "a@b.c|not an email|", "")]
    public void Formats(string format, string accepted, string refused)
    {
        var grammar = JsonSchemaGrammar.FromSchema($$"""{"type":"string","format":"{{format}}"}""");

        Assert.All(accepted.Split('|'), text => Assert.True(grammar.IsMatch($"\"{text}\""), text));
        Assert.All(refused.Split('|', StringSplitOptions.RemoveEmptyEntries), text => Assert.False(grammar.IsMatch($"\"{text}\""), text));
    }

    [Fact]
    public void Addresses_are_what_the_network_stack_reads_and_writes()
    {
        var grammar = JsonSchemaGrammar.FromSchema("""{"type":"string","format":"ipv6"}""");
        GbnfSentences sentences = new(grammar, seed: 6);
        Random random = new(6);
        for (int i = 0; i < 80; i++)
        {
            string sentence = JsonSerializer.Deserialize<string>(sentences.Next())!;
            Assert.True(IPAddress.TryParse(sentence, out _), sentence);

            byte[] bytes = [.. Enumerable.Range(0, 16).Select(_ => (byte)(random.Next(3) == 0 ? random.Next(256) : 0))];
            string written = new IPAddress(bytes).ToString();
            Assert.True(grammar.IsMatch($"\"{written}\""), written);
        }
    }
}
