using System.Text;
using System.Text.Json;

namespace LlamaNative.Tests.Cli;

/// <summary>The commands for files: the output of inspect, quantize, render, grammar and embed.</summary>
public sealed class FileCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llamanative-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Inspect_lists_what_llama_cpp_lists()
    {
        JsonElement listed = GoldenFile.AnswersOf("tiny-chat", Repository.TinyChat).GetProperty("file"); // by a program over gguf.h
        JsonElement file = (await Tool.RunAsync("inspect", Repository.TinyChat, "--json")).Json();
        Assert.Equal(listed.GetProperty("version").GetInt32(), file.GetProperty("version").GetInt32());
        Assert.Equal(listed.GetProperty("keys").GetArrayLength(), file.GetProperty("metadata").EnumerateObject().Count());
        Assert.Equal(1024, file.GetProperty("metadata").GetProperty("tokenizer.ggml.tokens").GetArrayLength());
        Assert.Equal(
            listed.GetProperty("tensors").EnumerateArray()
                .Select(tensor => (tensor.GetProperty("name").GetString(), tensor.GetProperty("offset").GetInt64())),
            file.GetProperty("tensors").EnumerateArray()
                .Select(tensor => (tensor.GetProperty("name").GetString(), tensor.GetProperty("offset").GetInt64())));
        Assert.Equal([128L, 1024L], file.GetProperty("tensors")[1].GetProperty("shape").EnumerateArray().Select(ne => ne.GetInt64()));
    }

    [RequiresFact(Need.QuantizerFallback)]
    public async Task A_quantized_model_is_smaller_and_nearly_as_good()
    {
        using var uneven = new TinyModel(TinyModelOptions.Uneven);
        string model = uneven.Path;
        string quantized = Path.Combine(_folder, "q8.gguf");
        ToolResult made = await Tool.RunAsync("quantize", model, quantized, "Q8_0");
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.True(new FileInfo(quantized).Length < new FileInfo(model).Length / 2);

        double before = await PerplexityAsync(model);
        Assert.InRange(await PerplexityAsync(quantized), 0.9 * before, 1.1 * before); // close, even with random weights

        ToolResult unknown = await Tool.RunAsync("quantize", model, quantized, "Q9_9");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("Q4_K_M", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_prints_the_prompt_exactly_at_the_time_given()
    {
        string template = Write("t.jinja",
            "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}{{ strftime_now('%Y-%m-%d') }}");
        string messages = Write("m.json", """{"messages": [{"role": "user", "content": "Grüße 😀"}], "bos_token": "<s>"}""");
        ToolResult result = await Tool.RunAsync("render", "--template", template, "--messages", messages, "--now", "2025-03-04T05:06:07Z");
        Assert.Equal("<s>[user] Grüße 😀\n2025-03-04", result.Text);

        ToolResult wrong = await Tool.RunAsync("render", "--template", Write("w.jinja", "{{ a +"), "--messages", messages);
        Assert.Equal(1, wrong.ExitCode);
        Assert.StartsWith("error: ", wrong.Error, StringComparison.Ordinal);
        Assert.Empty(wrong.Output);
    }

    [Fact]
    public async Task Grammar_prints_gbnf_and_refuses_what_it_cannot_say()
    {
        ToolResult result = await Tool.RunAsync("grammar", "--json-schema", Write("s.json", """{"type": "boolean"}"""));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("root ::=", result.Text, StringComparison.Ordinal);

        ToolResult refused = await Tool.RunAsync("grammar", "--json-schema", Write("n.json", """{"not": {"type": "string"}}"""));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("not", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--widen", refused.Error, StringComparison.Ordinal);

        ToolResult widened = await Tool.RunAsync("grammar", "--widen", "--json-schema", Write("n.json", """{"not": {"type": "string"}}"""));
        Assert.Equal(0, widened.ExitCode);
        Assert.StartsWith("warning: '#/not' is ignored: ", widened.Error, StringComparison.Ordinal);
        ToolResult wrong = await Tool.RunAsync("grammar", "--json-schema", Write("w.json", """{"type": "kaboom"}"""));
        Assert.Equal(1, wrong.ExitCode);
        Assert.DoesNotContain("--widen", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_have_length_one_and_text_held_to_a_schema_fits_it()
    {
        using var tiny = new TinyModel();
        string model = tiny.Path;
        JsonElement embeddings = (await Tool.RunAsync("embed", "-m", model, "-t", "1", "one", "two words")).Json();
        Assert.Equal(2, embeddings.GetArrayLength());
        foreach (JsonElement embedding in embeddings.EnumerateArray())
        {
            Assert.Equal(1, embedding.GetProperty("embedding").EnumerateArray().Sum(value => value.GetDouble() * value.GetDouble()),
                tolerance: 1e-5);
        }

        string schema = Write("b.json", """{"type": "object", "properties": {"yes": {"type": "boolean"}}, "required": ["yes"]}""");
        ToolResult text = await Tool.RunAsync("run", "-m", model, "-t", "1", "-p", "x", "-n", "40", "--seed", "1", "--json-schema", schema);
        Assert.True(text.ExitCode == 0, text.Error);
        Assert.True(JsonDocument.Parse(text.Text).RootElement.GetProperty("yes").ValueKind is JsonValueKind.True or JsonValueKind.False);
    }

    private async Task<double> PerplexityAsync(string model) =>
        (await Tool.RunAsync("perplexity", "-m", model, "-t", "1", "-f",
            Write("text.txt", "the cat sat on the mat. stop the cat, the cat stop!"))).Json().GetProperty("perplexity").GetDouble();

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return path;
    }
}
