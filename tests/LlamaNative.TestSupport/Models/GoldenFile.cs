using System.Security.Cryptography;
using System.Text.Json;

namespace LlamaNative.TestSupport;

/// <summary>
/// llama.cpp's results, recorded by tests/Golden/record.mjs. The file contains the hash of every model, so that results for
/// another model than the test's are not compared.
/// </summary>
public static class GoldenFile
{
    public static string PathOf(params string[] parts) => Repository.PathOf(["tests", "Golden", .. parts]);

    public static JsonElement Read(params string[] parts)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf(parts)));
        return document.RootElement.Clone();
    }

    /// <summary>The results for a model, whose file must have the recorded hash.</summary>
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
    /// The tolerance of recorded numbers: builds of the CPU backend round differently, and the record contains the largest
    /// difference.
    /// </summary>
    public static float Tolerance(JsonElement recorded) => (2 * recorded.GetProperty("spread").GetSingle()) + 0.005f;

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];
}
