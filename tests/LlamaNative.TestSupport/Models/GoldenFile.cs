using System.Security.Cryptography;
using System.Text.Json;

namespace LlamaNative.TestSupport;

/// <summary>
/// What llama.cpp itself answers, as tests/Golden/record.mjs recorded it. The file holds the hash of every model, so
/// that answers to another model than the tests make are not compared.
/// </summary>
public static class GoldenFile
{
    public static string PathOf(params string[] parts) => Repository.PathOf(["tests", "Golden", .. parts]);

    public static JsonElement Read(params string[] parts)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf(parts)));
        return document.RootElement.Clone();
    }

    /// <summary>The answers about a model, whose file must be the one that was asked.</summary>
    public static JsonElement AnswersOf(string name, string modelPath)
    {
        JsonElement answers = Read("models.json").GetProperty(name);
        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(modelPath)));
        Assert.True(
            hash == answers.GetProperty("sha256").GetString(),
            $"{name} is not the model that llama.cpp was asked about. Record its answers: node tests/Golden/record.mjs");
        return answers;
    }

    /// <summary>
    /// How far a number may be from the recorded one: builds of the CPU backend round differently, and the record says by
    /// how much at most.
    /// </summary>
    public static float Tolerance(JsonElement recorded) => (2 * recorded.GetProperty("spread").GetSingle()) + 0.005f;

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];
}
