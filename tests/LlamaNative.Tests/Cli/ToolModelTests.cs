using System.Text;
using System.Text.Json;

namespace LlamaNative.Tests.Cli;

/// <summary>Every command on the repository's chat model, compared with llama.cpp's results (tests/Golden/models.json).</summary>
public sealed class ToolModelTests
{
    private const string Once = "Once upon a time";
    private static readonly string s_model = Repository.TinyChat;
    private static readonly JsonElement s_golden = GoldenFile.AnswersOf("tiny-chat", s_model);

    // The recorded generation continues after the end of the answer; the tool stops before one of these tokens.
    private static readonly int[] s_ends = [0, 2];

    private static JsonElement Prompt =>
        s_golden.GetProperty("greedy").EnumerateArray().First(prompt => prompt.GetProperty("prompt").GetString() == Once);

    [Fact]
    public async Task Run_prints_the_continuation_and_nothing_else()
    {
        ToolResult result = await Tool.RunAsync("run", "-m", s_model, "-p", Once, "-n", "64", "--temp", "0", "-t", "1");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith(result.Text, Prompt.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("The end.", result.Text, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Run_as_json_tells_tokens_reason_and_usage()
    {
        byte[] text = Encoding.UTF8.GetBytes(Once);
        ToolResult result = await Tool.RunAsync(text, "run", "-m", s_model, "-p", "-", "-n", "20", "--temp", "0", "-t", "1", "--json");
        Assert.Equal(0, result.ExitCode);

        JsonElement json = result.Json();
        Assert.Equal(Answer(Prompt).Take(20), Ints(json.GetProperty("tokens")));
        Assert.StartsWith(json.GetProperty("text").GetString()!, Prompt.GetProperty("text").GetString()!, StringComparison.Ordinal);
        Assert.Equal("maxTokens", json.GetProperty("finishReason").GetString());
        JsonElement usage = json.GetProperty("usage");
        Assert.Equal(Prompt.GetProperty("prompt_tokens").GetArrayLength(), usage.GetProperty("promptTokens").GetInt32());
        Assert.Equal(0, usage.GetProperty("cachedTokens").GetInt32());
        Assert.Equal(20, usage.GetProperty("completionTokens").GetInt32());
        Assert.True(json.GetProperty("timings").GetProperty("timeToFirstTokenMs").GetDouble() > 0);
    }

    [RequiresFact(Need.PinnedSampling)]
    public async Task Sampling_options_reach_the_sampler()
    {
        foreach (JsonElement sample in s_golden.GetProperty("sampled").EnumerateArray().Take(2))
        {
            int[] expected = [.. Answer(sample).Take(20)];
            Assert.NotEqual(Answer(Prompt).Take(expected.Length), expected);
            ToolResult result = await Tool.RunAsync(
                "run", "-m", s_model, "-p", Once, "-n", $"{expected.Length}", "-t", "1", "--json",
                "--top-k", "40", "--top-p", "0.9", "--min-p", "0", "--temp", "0.8", "--seed", sample.GetProperty("seed").GetRawText());
            Assert.Equal(expected, Ints(result.Json().GetProperty("tokens")));
        }
    }

    // The greedy continuation is " there was a curious dog named Lisa."
    [Theory]
    [InlineData(" there was a curious dog", "stopSequence", "--stop", "zebra", "--stop", " named")]
    [InlineData("aaaa", "endOfGeneration", "--grammar", "root ::= \"aaaa\"")]
    [InlineData("", "maxTokens", "-n", "0")]
    public async Task Run_says_why_it_stopped(string text, string reason, params string[] arguments)
    {
        ToolResult result = await Tool.RunAsync(["run", "-m", s_model, "-p", Once, "--temp", "0", "-t", "1", "--json", .. arguments]);
        JsonElement json = result.Json();
        Assert.Equal((text, reason), (json.GetProperty("text").GetString(), json.GetProperty("finishReason").GetString()));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task A_logit_bias_forbids_a_token()
    {
        int[] best = [.. Prompt.GetProperty("top").EnumerateArray().Select(entry => entry.GetProperty("id").GetInt32())];
        ToolResult result = await Tool.RunAsync("run", "-m", s_model, "-p", Once, "--temp", "0", "-t", "1", "-n", "1", "--json",
            "--logit-bias", $"{best[0]}-inf");
        Assert.Equal([best[1]], Ints(result.Json().GetProperty("tokens")));
    }

    [Fact]
    public async Task Tokenize_reads_stdin_to_the_last_byte()
    {
        using var golden = new GoldenModel("spm");
        JsonElement recorded = golden.Answers.GetProperty("texts").EnumerateArray()
            .First(text => text.GetProperty("text").GetString() == "the cat");
        ToolResult plain = await Tool.RunAsync("the cat"u8.ToArray(), "tokenize", "-m", golden.Path);
        ToolResult special = await Tool.RunAsync("the cat"u8.ToArray(), "tokenize", "-m", golden.Path, "--add-special");
        ToolResult line = await Tool.RunAsync("the cat\n"u8.ToArray(), "tokenize", "-m", golden.Path);
        int[] expected = Ints(recorded.GetProperty("tokens"));
        Assert.Equal(expected, Ints(plain.Json()));
        Assert.Equal(Ints(recorded.GetProperty("special")), Ints(special.Json()));

        // 13 is the byte 0x0A of this vocabulary: nothing is trimmed.
        Assert.Equal([.. expected, 13], Ints(line.Json()));
    }

    [Theory]
    [InlineData("-tc")]
    [InlineData("@file")]
    [InlineData("- \"quoted\" \\n")]
    [InlineData("Grüße, 你好 🦙")]
    [InlineData("  two spaces\t\r\n\r\n")]
    public async Task Any_text_comes_back_from_its_tokens(string text)
    {
        ToolResult tokens = await Tool.RunAsync("tokenize", "-m", s_model, text);
        ToolResult back = await Tool.RunAsync(tokens.Output, "detokenize", "-m", s_model);
        Assert.Equal(Encoding.UTF8.GetBytes(text), back.Output);
    }

    [Fact]
    public async Task Special_tokens_are_parsed_and_written_only_when_asked_for()
    {
        int[] parsed = Ints((await Tool.RunAsync("tokenize", "-m", s_model, "--parse-special", "<|im_start|>")).Json());
        Assert.Equal([1], parsed);
        Assert.True((await Tool.RunAsync("tokenize", "-m", s_model, "<|im_start|>")).Json().GetArrayLength() > 1);
        Assert.Equal("<|im_start|>", (await Tool.RunAsync("detokenize", "-m", s_model, "--special", "1")).Text);
        Assert.Equal("", (await Tool.RunAsync("detokenize", "-m", s_model, "1")).Text);
    }

    [Fact]
    public async Task A_token_that_does_not_exist_is_an_error()
    {
        ToolResult result = await Tool.RunAsync("detokenize", "-m", s_model, "1", "1024");
        Assert.Equal((1, 0), (result.ExitCode, result.Output.Length));
        Assert.Contains("0 to 1023", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logits_are_llama_cpps_best_first()
    {
        JsonElement[] expected = [.. Prompt.GetProperty("top").EnumerateArray()];
        ToolResult result = await Tool.RunAsync("logits", "-m", s_model, "-p", Once, "--top", "5", "-t", "1");
        JsonElement[] actual = [.. result.Json().EnumerateArray()];
        Assert.Equal(5, actual.Length);
        double[] logits = [.. actual.Select(entry => entry.GetProperty("logit").GetDouble())];
        Assert.Equal(logits.OrderDescending(), logits);
        Assert.Equal(expected[0].GetProperty("id").GetInt32(), actual[0].GetProperty("id").GetInt32());
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(expected[i].GetProperty("logit").GetDouble(), logits[i], GoldenFile.Tolerance(Prompt));
        }

        Assert.Equal(" there", actual[0].GetProperty("piece").GetString());
    }

    [Fact]
    public async Task Perplexity_is_llama_cpps()
    {
        JsonElement expected = s_golden.GetProperty("perplexity");
        using var folder = new TemporaryFolder();
        string text = folder.Write("text.txt", Encoding.UTF8.GetBytes(expected.GetProperty("text").GetString()!));
        JsonElement actual = (await Tool.RunAsync("perplexity", "-m", s_model, "-f", text, "-t", "1")).Json();
        double mean = actual.GetProperty("meanNll").GetDouble();
        Assert.Equal(expected.GetProperty("mean_nll").GetDouble(), mean, GoldenFile.Tolerance(expected));
        Assert.Equal(Math.Exp(mean), actual.GetProperty("perplexity").GetDouble(), 0.001);
        Assert.Equal(expected.GetProperty("predictions").GetInt32(), actual.GetProperty("predictions").GetInt32());
    }

    [Fact]
    public async Task Bench_prints_llama_benchs_table()
    {
        ToolResult result = await Tool.RunAsync("bench", "-m", s_model, "-p", "8,16", "-n", "4", "-r", "2", "-t", "1");
        Assert.Equal(0, result.ExitCode);
        string[] lines = result.Text.Split('\n');

        // Copied from llama-bench's own output for this model, -t 1.
        string[] header =
        [
            "| model                          |       size |     params | backend    | threads |            test |                  t/s |",
            "| ------------------------------ | ---------: | ---------: | ---------- | ------: | --------------: | -------------------: |",
        ];
        Assert.Equal(header, lines[..2]);
        string[] tests = [.. lines[2..5].Select(line => line.Split('|')[6].Trim())];
        Assert.Equal(["pp8", "pp16", "tg4"], tests);
        Assert.All(lines[2..5], line => Assert.Equal(lines[0].Length, line.Length));
    }

    [Fact]
    public async Task Bench_as_json_has_llama_benchs_fields()
    {
        ToolResult result = await Tool.RunAsync(
            "bench", "-m", s_model, "-p", "0", "-n", "4", "-r", "3", "-t", "1", "-ctk", "bf16", "-fa", "on", "-o", "json");
        JsonElement test = Assert.Single(result.Json().EnumerateArray());
        Assert.Equal((0, 4, 1), (Int("n_prompt"), Int("n_gen"), Int("n_threads")));
        Assert.Equal(("bf16", "f16"), (test.GetProperty("type_k").GetString(), test.GetProperty("type_v").GetString()));
        Assert.Equal(1, Int("flash_attn"));
        double[] speeds = [.. test.GetProperty("samples_ts").EnumerateArray().Select(sample => sample.GetDouble())];
        Assert.Equal(3, speeds.Length);
        Assert.Equal(speeds.Average(), test.GetProperty("avg_ts").GetDouble(), tolerance: 0.001);

        int Int(string name) => test.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task Chat_answers_each_line_and_ends_with_the_input()
    {
        using var tiny = new TinyModel(); // has no chat template
        byte[] said = "Once\n\nTwice\n"u8.ToArray();
        ToolResult result = await Tool.RunAsync(said, "chat", "-m", tiny.Path, "-n", "5", "--temp", "0", "-t", "1");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("chatml", result.Error, StringComparison.Ordinal);
        Assert.True(result.Text.Count(character => character == '\n') >= 2);
        Assert.DoesNotContain("> ", result.Error, StringComparison.Ordinal);
    }

    private static int[] Answer(JsonElement generation) =>
        [.. Ints(generation.GetProperty("tokens")).TakeWhile(token => !s_ends.Contains(token))];

    private static int[] Ints(JsonElement array) => GoldenFile.Ints(array);
}
