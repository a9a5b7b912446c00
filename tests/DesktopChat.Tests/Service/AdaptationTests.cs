using System.Net;
using System.Text.Json;
using LlamaNative.Gguf;

namespace DesktopChat.Tests.Service;

/// <summary>
/// LoRA adapters and variables of the chat template, set in the window: compared with weights that the adapter was added to by hand, and
/// with messages that were rendered by hand.
/// </summary>
public sealed class AdaptationTests : IDisposable
{
    private const string Weight = "blk.1.attn_output.weight";

    // A message and what the variables add to it.
    private const string Template = "{{ messages[-1].content }}{% if enable_thinking %} the dog"
        + "{% elif enable_thinking is defined %} sat{% endif %}{{ ending }}";

    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_LoRA_changes_the_answer_as_weights_with_its_product_do()
    {
        ModelFile model = ModelFile.Llama();
        string basePath = _files.Save(model);
        ModelFile lora = TinyLora.Create(model, seed: 5, rank: 4, alpha: 8, Weight);
        string adapter = _files.Save(lora);
        lora.MergeInto(model, scale: 1.5f);
        string merged = _files.Save(model);

        await using DesktopService service = await DesktopService.StartAsync();
        await SetAsync(service, new { });
        string expected = await AnswerAsync(service, merged);
        Assert.NotEqual(await AnswerAsync(service, basePath), expected); // otherwise the comparison would show nothing

        // A change of the setting loads the model anew.
        using EventReader events = await EventReader.OpenAsync(service);
        await SetAsync(service, new { loraAdapters = new[] { adapter, adapter + ":0.5" } });
        JsonElement state = await events.UntilModelAsync("Ready");
        Assert.EndsWith($" + {Path.GetFileName(adapter)} + {Path.GetFileName(adapter)} × 0.5", state.GetProperty("description").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(expected, await AskAsync(service, events, "the cat"));
    }

    [Fact]
    public async Task A_LoRA_that_cannot_be_loaded_is_told_and_the_model_loads_once_it_is_mended()
    {
        string model = _files.Save(ModelFile.Llama());
        string missing = _files["missing.gguf"];
        await using DesktopService service = await DesktopService.StartAsync();
        using EventReader events = await EventReader.OpenAsync(service);
        foreach (string wrong in new[] { missing, model })
        {
            await SetAsync(service, new { loraAdapters = new[] { wrong } });
            await service.PostAsync("models/load", new { path = model });
            Assert.Contains(wrong, (await events.UntilModelAsync("Failed")).GetProperty("error").GetString(), StringComparison.Ordinal);
        }

        await SetAsync(service, new { loraAdapters = Array.Empty<string>() });
        await events.UntilModelAsync("Ready");
    }

    [Theory]
    [InlineData("On", "", "the cat the dog")]
    [InlineData("Off", "", "the cat sat")]
    [InlineData("Automatic", "{\"enable_thinking\": false}", "the cat sat")]
    [InlineData("On", "{\"enable_thinking\": false, \"ending\": \" mat\"}", "the cat the dog mat")]
    [InlineData("Automatic", " ", "the cat")]
    public async Task Thinking_and_variables_reach_the_template(string thinking, string variables, string rendered)
    {
        ModelFile file = ModelFile.Llama();
        file.Metadata["tokenizer.chat_template"] = GgufValue.Of(Template);
        string model = _files.Save(file);
        await using DesktopService service = await DesktopService.StartAsync();
        await SetAsync(service, new { });
        string expected = await AnswerAsync(service, model, rendered);

        // A change takes effect with the next answer, without loading the model again.
        using EventReader events = await EventReader.OpenAsync(service);
        await SetAsync(service, new { thinking, templateVariables = variables });
        Assert.Equal(expected, await AskAsync(service, events, "the cat"));
    }

    [Theory]
    [InlineData("{\"templateVariables\": \"[1]\"}", "JSON object")]
    [InlineData("{\"templateVariables\": \"{a: 1}\"}", "JSON object")]
    [InlineData("{\"templateVariables\": \"{\\\"a\\\": 1, \\\"a\\\": 2}\"}", "JSON object")]
    [InlineData("{\"loraAdapters\": [\"relative.gguf\"]}", "not 'relative.gguf'")]
    [InlineData("{\"loraAdapters\": [\"\"]}", "absolute path")]
    [InlineData("{\"loraAdapters\": [null]}", "absolute path")]
    [InlineData("{\"thinking\": \"Maybe\"}", "JSON")]
    public async Task A_wrong_value_is_refused(string settings, string expected)
    {
        await using DesktopService service = await DesktopService.StartAsync();
        HttpResponseMessage response = await service.PutAsync("settings", JsonDocument.Parse(settings).RootElement);
        string error = await DesktopService.ErrorAsync(response, HttpStatusCode.BadRequest, "invalid");
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    /// <summary>An encoder-decoder answers; see <see cref="ModelTests"/> for what does not.</summary>
    [Fact]
    public async Task An_encoder_decoder_is_offered_and_answers()
    {
        string path = GoldenModels.Random["t5"].Save(_files["t5.gguf"]);
        await using DesktopService service = await DesktopService.StartAsync(modelFolder: _files.Root);
        JsonElement offered = (await service.GetAsync("models")).GetProperty("models").EnumerateArray()
            .Single(file => file.GetProperty("path").GetString() == path);
        Assert.Equal(JsonValueKind.Null, offered.GetProperty("problem").ValueKind);
        await SetAsync(service, new { });
        Assert.NotEmpty(await AnswerAsync(service, path));
    }

    /// <summary>Changes settings of a deterministic model with short answers.</summary>
    private static Task<JsonElement> SetAsync(DesktopService service, object changes)
    {
        var settings = new Dictionary<string, object?> { ["temperature"] = 0, ["maxTokens"] = 8, ["threads"] = 1 };
        foreach (JsonProperty change in JsonSerializer.SerializeToElement(changes).EnumerateObject())
        {
            settings[change.Name] = change.Value;
        }

        return service.SetAsync(settings);
    }

    private static async Task<string> AnswerAsync(DesktopService service, string model, string message = "the cat")
    {
        using EventReader events = await EventReader.OpenAsync(service);
        await service.PostAsync("models/load", new { path = model });
        await events.UntilAsync("model", state =>
            state.GetProperty("phase").GetString() == "Ready" && state.GetProperty("path").GetString() == model);
        return await AskAsync(service, events, message);
    }

    private static async Task<string> AskAsync(DesktopService service, EventReader events, string message)
    {
        string id = await service.NewConversationAsync();
        await service.PostAsync($"conversations/{id}/messages", new { text = message });
        (string text, string? error) = await events.AnswerAsync(id);
        Assert.Null(error);
        return text;
    }
}
