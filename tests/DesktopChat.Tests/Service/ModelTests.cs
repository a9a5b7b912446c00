using System.Net;
using System.Text.Json;
using DesktopChat.Models;

namespace DesktopChat.Tests.Service;

/// <summary>The model picker, and loading: progress, cancellation, replacement, failure.</summary>
public sealed class ModelTests
{
    [Fact]
    public async Task The_picker_tells_what_the_files_say_and_loads_nothing()
    {
        using TinyModel model = TestModels.Quick("a.gguf");
        new TinyModelOptions { WithTensors = false }.Save(Path.Combine(model.Folder, "vocabulary.gguf"));
        await File.WriteAllBytesAsync(Path.Combine(model.Folder, "cut.gguf"), (await File.ReadAllBytesAsync(model.Path))[..700]);
        await File.WriteAllTextAsync(Path.Combine(model.Folder, "notes.gguf"), "no model at all");
        await File.WriteAllTextAsync(Path.Combine(model.Folder, "readme.txt"), "not listed");
        await using DesktopService service = await DesktopService.StartAsync(modelFolder: model.Folder);
        JsonElement[] models = [.. (await service.GetAsync("models")).GetProperty("models").EnumerateArray()
            .Where(file => file.GetProperty("path").GetString()!.StartsWith(model.Folder, StringComparison.Ordinal))];
        Assert.Equal(["a.gguf", "cut.gguf", "notes.gguf", "vocabulary.gguf"],
            models.Select(file => file.GetProperty("fileName").GetString()));

        // By hand: 2 * V * 32 + 32 for embedding, output and norm; a layer has 2 * 32 + 2 * 32² + 2 * 32 * 16 + 3 * 32 * 64.
        JsonElement good = models[0];
        Assert.Equal((2 * model.Vocabulary.Count * 32) + 32 + (2 * (64 + 2048 + 1024 + 6144)), good.GetProperty("parameters").GetInt64());
        Assert.Equal(("llama", "tiny", "F32", 512, true), (
            good.GetProperty("architecture").GetString(), good.GetProperty("name").GetString(),
            good.GetProperty("quantization").GetString(),
            good.GetProperty("contextLength").GetInt32(), good.GetProperty("hasChatTemplate").GetBoolean()));
        Assert.Equal(new FileInfo(model.Path).Length, good.GetProperty("size").GetInt64());
        Assert.Equal(JsonValueKind.Null, good.GetProperty("problem").ValueKind);
        Assert.All(models[1..], file => Assert.NotEmpty(file.GetProperty("problem").GetString()!));
        Assert.Equal(ModelPhase.None, service.Models.State.Phase);
    }

    /// <summary>Neither BERT nor a decoder that was made to embed chats; one that is loaded all the same is refused.</summary>
    [Fact]
    public async Task An_embedding_model_is_not_offered_for_chat()
    {
        using TinyModel model = TestModels.Quick("a.gguf");
        string path = ModelFile.Bert(pooling: null).Save(Path.Combine(model.Folder, "bert.gguf"));
        new TinyModelOptions { Pooling = 3 }.Save(Path.Combine(model.Folder, "embedding.gguf"));
        await using DesktopService service = await DesktopService.StartAsync(modelFolder: model.Folder);
        var problems = (await service.GetAsync("models")).GetProperty("models").EnumerateArray()
            .Where(file => file.GetProperty("path").GetString()!.StartsWith(model.Folder, StringComparison.Ordinal))
            .ToDictionary(file => file.GetProperty("fileName").GetString()!, file => file.GetProperty("problem").GetString());
        Assert.Null(problems["a.gguf"]);
        Assert.Contains("generates no text", problems["bert.gguf"], StringComparison.Ordinal);
        Assert.Contains("embedding model", problems["embedding.gguf"], StringComparison.Ordinal);

        using EventReader events = await EventReader.OpenAsync(service);
        await service.PostAsync("models/load", new { path });
        Assert.Contains("cannot generate", (await events.UntilModelAsync("Failed")).GetProperty("error").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loading_reports_progress_and_ends_when_cancelled()
    {
        using TinyModel model = TestModels.Quick();
        using var slow = new SlowLoading();
        await using DesktopService service = await DesktopService.StartAsync(loadModel: slow.Load);
        using EventReader events = await EventReader.OpenAsync(service);
        await service.PostAsync("models/load", new { path = model.Path });
        JsonElement half = await events.UntilAsync("model", state => state.GetProperty("progress").GetDouble() >= 0.5);
        Assert.Equal("Loading", half.GetProperty("phase").GetString());

        // Everything else works meanwhile.
        Assert.NotEmpty(await service.NewConversationAsync());
        await service.PostAsync("models/cancel");
        await events.UntilModelAsync("None");
        slow.LetGo();
        await service.PostAsync("models/load", new { path = model.Path });
        Assert.Equal("tiny.gguf", (await events.UntilModelAsync("Ready")).GetProperty("fileName").GetString());
        await service.PostAsync("models/unload");
        await events.UntilModelAsync("None");
    }

    [Fact]
    public async Task Another_model_takes_the_place_of_one_that_is_being_loaded()
    {
        using TinyModel first = TestModels.Quick("first.gguf");
        using TinyModel second = TestModels.Quick("second.gguf");
        using var slow = new SlowLoading();
        await using DesktopService service = await DesktopService.StartAsync(loadModel: slow.Load);
        using EventReader events = await EventReader.OpenAsync(service);
        await service.PostAsync("models/load", new { path = first.Path });
        await events.UntilAsync("model", state => state.GetProperty("progress").GetDouble() >= 0.5);
        await service.PostAsync("models/load", new { path = second.Path });
        slow.LetGo();
        Assert.Equal("second.gguf", (await events.UntilModelAsync("Ready")).GetProperty("fileName").GetString());
    }

    [Fact]
    public async Task A_message_sent_while_loading_is_answered_when_the_model_is_there()
    {
        using TinyModel model = TestModels.Quick();
        using var slow = new SlowLoading();
        await using DesktopService service = await DesktopService.StartAsync(loadModel: slow.Load);
        await service.SetGreedyAsync();
        using EventReader events = await EventReader.OpenAsync(service);
        await service.PostAsync("models/load", new { path = model.Path });
        string id = await service.NewConversationAsync();
        await service.PostAsync($"conversations/{id}/messages", new { text = "the cat" });
        Assert.Equal("Waiting", (await events.UntilAsync("answer")).GetProperty("phase").GetString());
        slow.LetGo();
        (string text, string? error) = await events.AnswerAsync(id);
        Assert.Equal((true, null), (text.Length > 0, error));
    }

    [Fact]
    public async Task A_bad_file_is_told_and_a_good_one_loads_afterwards()
    {
        using TinyModel model = TestModels.Quick();
        string bad = Path.Combine(model.Folder, "cut.gguf");
        await File.WriteAllBytesAsync(bad, (await File.ReadAllBytesAsync(model.Path))[..700]);
        await using DesktopService service = await DesktopService.StartAsync(model: bad);
        using EventReader events = await EventReader.OpenAsync(service);
        JsonElement state = (await events.UntilAsync("snapshot")).GetProperty("model");
        state = state.GetProperty("phase").GetString() == "Failed" ? state : await events.UntilModelAsync("Failed");
        Assert.Contains("cut.gguf", state.GetProperty("error").GetString(), StringComparison.Ordinal);
        string id = await service.NewConversationAsync();
        await DesktopService.ErrorAsync(await service.PostAsync($"conversations/{id}/messages", new { text = "x" }),
            HttpStatusCode.Conflict, "no-model");
        await service.PostAsync("models/load", new { path = model.Path });
        await events.UntilModelAsync("Ready");
    }

    [Fact]
    public async Task Settings_of_loading_load_the_model_anew()
    {
        using TinyModel model = TestModels.Quick();
        await using DesktopService service = await DesktopService.StartAsync();
        await service.SetGreedyAsync();
        using EventReader events = await EventReader.OpenAsync(service);
        await service.PostAsync("models/load", new { path = model.Path });
        Assert.Equal(512, (await events.UntilModelAsync("Ready")).GetProperty("contextSize").GetInt32());
        await service.SetAsync(new { contextSize = 256, threads = 1 });
        await events.UntilModelAsync("Loading");
        Assert.Equal(256, (await events.UntilModelAsync("Ready")).GetProperty("contextSize").GetInt32());

        // GPU layers without a GPU: the error is reported and the setting reverted.
        if (!LlamaNative.LlamaRuntime.GetDevices().Any(device => device.IsGpu))
        {
            await service.SetAsync(new { gpuLayers = 99 });
            Assert.Contains("GPU", (await events.UntilModelAsync("Failed")).GetProperty("error").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/no/such/model.gguf")]
    [InlineData("relative.gguf")]
    [InlineData("")]
    [InlineData("/tmp")]
    [InlineData("/a\0b.gguf")]
    public async Task A_path_to_no_file_is_refused(string path)
    {
        await using DesktopService service = await DesktopService.StartAsync();
        await DesktopService.ErrorAsync(await service.PostAsync("models/load", new { path }), HttpStatusCode.NotFound, "not-found");
    }
}
