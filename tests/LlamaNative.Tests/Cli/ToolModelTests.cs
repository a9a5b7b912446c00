using System.Text;
using System.Text.Json;

namespace LlamaNative.Tests.Cli;

/// <summary>Every command on a real model, compared with llama.cpp's results (golden/stories260K.json).</summary>
public sealed class ToolModelTests
{
    private const string ModelFile = "models/stories260K.gguf";
    private const string GoldenFile = "golden/stories260K.json";
    private const string TextFile = "golden/stories260K_text.txt";
    private const string GptFile = "vocabs/ggml-vocab-gpt-2.gguf";

    private static string Model => Repository.SharedPathOf(ModelFile);

    private static JsonElement Golden =>
        JsonDocument.Parse(File.ReadAllText(Repository.SharedPathOf(GoldenFile))).RootElement.GetProperty("default");

    [RequiresFact(Need.Shared)]
    public async Task Run_prints_the_continuation_and_nothing_else()
    {
        JsonElement prompt = Golden.GetProperty("prompts")[0];
        ToolResult result = await Tool.RunAsync("run", "-m", Model, "-p", prompt.GetProperty("prompt").GetString()!,
            "-n", "128", "--temp", "0", "-t", "1");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(prompt.GetProperty("greedy_text").GetString(), result.Text);
        Assert.Empty(result.Error);
    }

    [RequiresFact(Need.Shared)]
    public async Task Run_as_json_tells_tokens_reason_and_usage()
    {
        JsonElement prompt = Golden.GetProperty("prompts")[1];
        byte[] text = Encoding.UTF8.GetBytes(prompt.GetProperty("prompt").GetString()!);
        ToolResult result = await Tool.RunAsync(text, "run", "-m", Model, "-p", "-", "-n", "20", "--temp", "0", "-t", "1", "--json");
        Assert.Equal(0, result.ExitCode);

        JsonElement json = result.Json();
        int[] tokens = Ints(json.GetProperty("tokens"));
        Assert.Equal(Ints(prompt.GetProperty("greedy_tokens")).Take(20), tokens);
        Assert.StartsWith(json.GetProperty("text").GetString()!, prompt.GetProperty("greedy_text").GetString()!, StringComparison.Ordinal);
        Assert.Equal("maxTokens", json.GetProperty("finishReason").GetString());
        JsonElement usage = json.GetProperty("usage");
        Assert.Equal(prompt.GetProperty("tokens").GetArrayLength(), usage.GetProperty("promptTokens").GetInt32());
        Assert.Equal(0, usage.GetProperty("cachedTokens").GetInt32());
        Assert.Equal(20, usage.GetProperty("completionTokens").GetInt32());
        Assert.True(json.GetProperty("timings").GetProperty("timeToFirstTokenMs").GetDouble() > 0);
    }

    [RequiresFact(Need.Shared)]
    public async Task Sampling_options_reach_the_sampler()
    {
        JsonElement sample = Golden.GetProperty("sampled")[0];
        ToolResult result = await Tool.RunAsync(
            "run", "-m", Model, "-p", "Once upon a time", "-n", "20", "-t", "1", "--json", "--top-k", "40",
            "--top-p", "0.9", "--min-p", "0",
            "--temp", "0.8", "--seed", sample.GetProperty("seed").GetRawText());
        Assert.Equal(Ints(sample.GetProperty("tokens")).Take(20), Ints(result.Json().GetProperty("tokens")));
    }

    // The greedy continuation of golden prompt 0 is ", there was a little girl named Lily. She loved ..."
    [RequiresTheory(Need.Shared)]
    [InlineData(", there was a little girl", "stopSequence", "--stop", "zebra", "--stop", " named")]
    [InlineData("aaaa", "endOfGeneration", "--grammar", "root ::= \"aaaa\"")]
    [InlineData("", "maxTokens", "-n", "0")]
    public async Task Run_says_why_it_stopped(string text, string reason, params string[] arguments)
    {
        ToolResult result = await Tool.RunAsync(
            ["run", "-m", Model, "-p", "Once upon a time", "--temp", "0", "-t", "1", "--json", .. arguments]);
        JsonElement json = result.Json();
        Assert.Equal((text, reason), (json.GetProperty("text").GetString(), json.GetProperty("finishReason").GetString()));
        Assert.Equal(0, result.ExitCode);
    }

    [RequiresFact(Need.Shared)]
    public async Task A_logit_bias_forbids_a_token()
    {
        // 432 is the comma of the greedy continuation, see the golden tokens; "there", 383, is second.
        ToolResult result = await Tool.RunAsync("run", "-m", Model, "-p", "Once upon a time", "--temp", "0",
            "-t", "1", "-n", "1", "--json", "--logit-bias", "432-inf");
        int[] tokens = Ints(result.Json().GetProperty("tokens"));
        Assert.Equal([383], tokens);
    }

    [RequiresFact(Need.Shared)]
    public async Task Tokenize_reads_stdin_to_the_last_byte()
    {
        JsonElement prompt = Golden.GetProperty("prompts")[0];
        byte[] text = Encoding.UTF8.GetBytes(prompt.GetProperty("prompt").GetString()!);
        ToolResult plain = await Tool.RunAsync(text, "tokenize", "-m", Model);
        ToolResult special = await Tool.RunAsync(text, "tokenize", "-m", Model, "--add-special");
        ToolResult line = await Tool.RunAsync([.. text, 0x0A], "tokenize", "-m", Model);
        int[] expected = Ints(prompt.GetProperty("tokens_no_special"));
        Assert.Equal(expected, Ints(plain.Json()));
        Assert.Equal(Ints(prompt.GetProperty("tokens")), Ints(special.Json()));

        // 13 is the byte 0x0A of this vocabulary: nothing is trimmed.
        Assert.Equal([.. expected, 13], Ints(line.Json()));
    }

    [RequiresTheory(Need.Shared)]
    [InlineData("-tc")]
    [InlineData("@file")]
    [InlineData("- \"quoted\" \\n")]
    [InlineData("Grüße, 你好 🦙")]
    [InlineData("  two spaces\t\r\n\r\n")]
    public async Task Any_text_comes_back_from_its_tokens(string text)
    {
        string vocabulary = Repository.SharedPathOf(GptFile);
        ToolResult tokens = await Tool.RunAsync("tokenize", "-m", vocabulary, text);
        ToolResult back = await Tool.RunAsync(tokens.Output, "detokenize", "-m", vocabulary);
        Assert.Equal(Encoding.UTF8.GetBytes(text), back.Output);
    }

    [RequiresFact(Need.Shared)]
    public async Task Special_tokens_are_parsed_and_written_only_when_asked_for()
    {
        int[] parsed = Ints((await Tool.RunAsync("tokenize", "-m", Model, "--parse-special", "<s>")).Json());
        Assert.Equal([1], parsed);
        Assert.True((await Tool.RunAsync("tokenize", "-m", Model, "<s>")).Json().GetArrayLength() > 1);
        Assert.Equal("<s>", (await Tool.RunAsync("detokenize", "-m", Model, "--special", "1")).Text);
        Assert.Equal("", (await Tool.RunAsync("detokenize", "-m", Model, "1")).Text);
    }

    [RequiresFact(Need.Shared)]
    public async Task A_token_that_does_not_exist_is_an_error()
    {
        ToolResult result = await Tool.RunAsync("detokenize", "-m", Model, "1", "512");
        Assert.Equal((1, 0), (result.ExitCode, result.Output.Length));
        Assert.Contains("0 to 511", result.Error, StringComparison.Ordinal);
    }

    [RequiresFact(Need.Shared)]
    public async Task Logits_are_llama_cpps_best_first()
    {
        JsonElement prompt = Golden.GetProperty("prompts")[0];
        JsonElement[] expected = [.. prompt.GetProperty("top5_after_prompt").EnumerateArray()];
        ToolResult result = await Tool.RunAsync("logits", "-m", Model, "-p", prompt.GetProperty("prompt").GetString()!,
            "--top", "5", "-t", "1");
        JsonElement[] actual = [.. result.Json().EnumerateArray()];
        Assert.Equal(5, actual.Length);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(expected[i].GetProperty("id").GetInt32(), actual[i].GetProperty("id").GetInt32());
            Assert.Equal(expected[i].GetProperty("logit").GetDouble(), actual[i].GetProperty("logit").GetDouble(), tolerance: 0.02);
        }

        Assert.Equal([",", " there"], actual.Take(2).Select(entry => entry.GetProperty("piece").GetString()));
    }

    [RequiresFact(Need.Shared)]
    public async Task Perplexity_is_llama_cpps()
    {
        JsonElement expected = Golden.GetProperty("perplexity");
        JsonElement actual = (await Tool.RunAsync("perplexity", "-m", Model, "-f", Repository.SharedPathOf(TextFile), "-t", "1")).Json();
        Assert.Equal(expected.GetProperty("mean_nll").GetDouble(), actual.GetProperty("meanNll").GetDouble(), tolerance: 0.001);
        Assert.Equal(expected.GetProperty("ppl").GetDouble(), actual.GetProperty("perplexity").GetDouble(), tolerance: 0.001);
        Assert.Equal(expected.GetProperty("n_predictions").GetInt32(), actual.GetProperty("predictions").GetInt32());
    }

    [RequiresFact(Need.Shared)]
    public async Task Bench_prints_llama_benchs_table()
    {
        ToolResult result = await Tool.RunAsync("bench", "-m", Model, "-p", "8,16", "-n", "4", "-r", "2", "-t", "1");
        Assert.Equal(0, result.ExitCode);
        string[] lines = result.Text.Split('\n');

        // Copied from llama-bench's own output for this model, -t 1.
        Assert.Equal(
            "| model                          |       size |     params | backend    | threads |            test |                  t/s |",
            lines[0]);
        Assert.Equal(
            "| ------------------------------ | ---------: | ---------: | ---------- | ------: | --------------: | -------------------: |",
            lines[1]);
        string[] tests = [.. lines[2..5].Select(line => line.Split('|')[6].Trim())];
        Assert.Equal(["pp8", "pp16", "tg4"], tests);
        Assert.All(lines[2..5], line => Assert.Equal(lines[0].Length, line.Length));
    }

    [RequiresFact(Need.Shared)]
    public async Task Bench_as_json_has_llama_benchs_fields()
    {
        ToolResult result = await Tool.RunAsync("bench", "-m", Model, "-p", "0", "-n", "4", "-r", "3", "-t",
            "1", "-ctk", "bf16", "-fa", "on", "-o", "json");
        JsonElement test = Assert.Single(result.Json().EnumerateArray());
        Assert.Equal((0, 4, 1),
            (test.GetProperty("n_prompt").GetInt32(), test.GetProperty("n_gen").GetInt32(), test.GetProperty("n_threads").GetInt32()));
        Assert.Equal(("bf16", "f16", 1),
            (test.GetProperty("type_k").GetString(), test.GetProperty("type_v").GetString(), test.GetProperty("flash_attn").GetInt32()));
        double[] speeds = [.. test.GetProperty("samples_ts").EnumerateArray().Select(sample => sample.GetDouble())];
        Assert.Equal(3, speeds.Length);
        Assert.Equal(speeds.Average(), test.GetProperty("avg_ts").GetDouble(), tolerance: 0.001);
    }

    [RequiresFact(Need.Shared)]
    public async Task Chat_answers_each_line_and_ends_with_the_input()
    {
        ToolResult result = await Tool.RunAsync("Once\n\nTwice\n"u8.ToArray(), "chat", "-m", Model, "-n", "5", "--temp", "0", "-t", "1");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("chatml", result.Error, StringComparison.Ordinal);
        Assert.True(result.Text.Count(character => character == '\n') >= 2);
        Assert.DoesNotContain("> ", result.Error, StringComparison.Ordinal);
    }

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];
}
