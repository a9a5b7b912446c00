using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace LlamaNative.TestSupport;

/// <summary>Random and repetitive input, and the exceptions that it may cause. LLAMANATIVE_FUZZ_COUNT sets the number of inputs.</summary>
public static class HostileInput
{
    public static int Count { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("LLAMANATIVE_FUZZ_COUNT"), CultureInfo.InvariantCulture, out int given)
            ? given
            : 600;

    /// <summary>Runs the action, which may throw only this exception.</summary>
    public static void Ends<TError>(Action action, string input)
        where TError : Exception
    {
        try
        {
            action();
        }
        catch (TError)
        {
            // The only exception that such input may cause.
        }
        catch (Exception error)
        {
            Assert.Fail($"{error.GetType().Name}: {error.Message} from {input[..Math.Min(300, input.Length)]}");
        }
    }

    public static JsonNode? RandomJson(Random random, int depth) => random.Next(depth > 3 ? 8 : 12) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.Next(-5, 5),
        3 => random.NextDouble() * Math.Pow(10, random.Next(-10, 300)),
        4 => "",
        5 => Pick(random, "\0", "text", "é😀", "{{ x }}", "</think>", "<|im_end|>", " \n\t", "\u2028", "'\"\\"),
        6 => new string('x', random.Next(2000)),
        7 => 12345678901234567890m,
        8 or 9 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomJson(random, depth + 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(
            i => KeyValuePair.Create(Pick(random, "type", "text", "function", "name", "a", "") + i, RandomJson(random, depth + 1)))),
    };

    public static T Pick<T>(Random random, params T[] items) => items[random.Next(items.Length)];

    public static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
}
