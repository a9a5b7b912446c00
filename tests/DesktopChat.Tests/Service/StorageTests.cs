using System.Net;
using System.Text;
using System.Text.Json;

namespace DesktopChat.Tests.Service;

/// <summary>Persistent state, which damaged files and hostile requests must not corrupt.</summary>
public sealed class StorageTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("desktopchat-tests-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Conversations_and_settings_are_there_at_the_next_start()
    {
        string kept;
        await using (DesktopService service = await DesktopService.StartAsync(dataFolder: _data))
        {
            kept = await service.NewConversationAsync();
            string gone = await service.NewConversationAsync();
            Assert.Equal(HttpStatusCode.NoContent, (await RenameAsync(service, kept, "  Übersetzung 你好 🦙\n ")).StatusCode);
            await service.Client.DeleteAsync("api/conversations/" + gone);
            await service.SetAsync(new { temperature = 0.25, systemPrompt = "Be brief.", theme = "Dark", modelFolders = new[] { _data } });
        }

        await using DesktopService again = await DesktopService.StartAsync(dataFolder: _data);
        using EventReader events = await EventReader.OpenAsync(again);
        JsonElement snapshot = await events.UntilAsync("snapshot");
        JsonElement conversation = Assert.Single(snapshot.GetProperty("conversations").EnumerateArray());
        Assert.Equal((kept, "Übersetzung 你好 🦙"),
            (conversation.GetProperty("id").GetString(), conversation.GetProperty("title").GetString()));
        JsonElement settings = snapshot.GetProperty("settings");
        Assert.Equal((0.25f, "Be brief.", "Dark", 40), (
            settings.GetProperty("temperature").GetSingle(), settings.GetProperty("systemPrompt").GetString(),
            settings.GetProperty("theme").GetString(), settings.GetProperty("topK").GetInt32()));
    }

    [Fact]
    public async Task Damaged_files_are_left_alone_and_the_rest_is_there()
    {
        string folder = Path.Combine(_data, "conversations");
        Directory.CreateDirectory(folder);
        string good = new('a', 32);
        await File.WriteAllTextAsync(Path.Combine(folder, good + ".json"),
            $$"""{"id":"{{good}}","title":"good","updated":"2026-01-01T00:00:00Z","messages":[{"id":"m","role":"user","text":"hi"}]}""");
        string[] damaged =
        [
            "", "{", "null", "[]", """{"id":null}""",
            """{"id":"d5","title":"t","updated":"2026-01-01T00:00:00Z","messages":[null]}""",
            """{"id":"d6","title":"t","updated":"no date","messages":[]}""",
            """{"id":"d7","title":"\ud800","updated":"2026-01-01T00:00:00Z","messages":[]}""",
            """{"id":"../d8","title":"t","updated":"2026-01-01T00:00:00Z","messages":[]}""",
            """{"id":"d9","title":"t","updated":"2026-01-01T00:00:00Z","messages":[{"id":"m","role":"system","text":"t"}]}""",
        ];
        for (int i = 0; i < damaged.Length; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"d{i}.json"), damaged[i]);
        }

        await File.WriteAllTextAsync(Path.Combine(_data, "settings.json"), """{"temperature":-1e99}""");
        await using DesktopService service = await DesktopService.StartAsync(dataFolder: _data);
        using EventReader events = await EventReader.OpenAsync(service);
        JsonElement snapshot = await events.UntilAsync("snapshot");
        Assert.Equal(good, Assert.Single(snapshot.GetProperty("conversations").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(0.8f, snapshot.GetProperty("settings").GetProperty("temperature").GetSingle());
        Assert.Equal(damaged.Length + 1, Directory.EnumerateFiles(folder).Count());
    }

    /// <summary>Notepad and Windows PowerShell save what a user edits with a byte order mark.</summary>
    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    public async Task Files_with_a_byte_order_mark_are_read(string encoding)
    {
        string id = new('a', 32);
        Directory.CreateDirectory(Path.Combine(_data, "conversations"));
        await File.WriteAllTextAsync(Path.Combine(_data, "conversations", id + ".json"),
            $$"""{"id":"{{id}}","title":"good","updated":"2026-01-01T00:00:00Z","messages":[]}""", Encoding.GetEncoding(encoding));
        await File.WriteAllTextAsync(Path.Combine(_data, "settings.json"), """{"temperature":0.25}""", Encoding.GetEncoding(encoding));
        await using DesktopService service = await DesktopService.StartAsync(dataFolder: _data);
        using EventReader events = await EventReader.OpenAsync(service);
        JsonElement snapshot = await events.UntilAsync("snapshot");
        Assert.Equal(id, Assert.Single(snapshot.GetProperty("conversations").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(0.25f, snapshot.GetProperty("settings").GetProperty("temperature").GetSingle());
    }

    [Theory]
    [InlineData("""{"temperature":-1}""")]
    [InlineData("""{"temperature":1e999}""")]
    [InlineData("""{"temperature":"hot"}""")]
    [InlineData("""{"topP":0}""")]
    [InlineData("""{"minP":1.5}""")]
    [InlineData("""{"topK":99999999999}""")]
    [InlineData("""{"seed":-1}""")]
    [InlineData("""{"maxTokens":0}""")]
    [InlineData("""{"contextSize":-5}""")]
    [InlineData("""{"threads":100000}""")]
    [InlineData("""{"theme":"Pink"}""")]
    [InlineData("""{"theme":7}""")]
    [InlineData("""{"systemPrompt":null}""")]
    [InlineData("""{"modelFolders":[null]}""")]
    [InlineData("""{"modelFolders":["relative"]}""")]
    [InlineData("null")]
    [InlineData("[")]
    [InlineData("")]
    public async Task Settings_out_of_range_are_refused_and_change_nothing(string body)
    {
        await using DesktopService service = await DesktopService.StartAsync(dataFolder: _data);
        JsonElement before = await service.GetAsync("settings");
        HttpResponseMessage response = await service.Client.PutAsync("api/settings",
            new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.NotEmpty(await DesktopService.ErrorAsync(response, HttpStatusCode.BadRequest, "invalid"));
        Assert.Equal(before.GetRawText(), (await service.GetAsync("settings")).GetRawText());
    }

    [Fact]
    public async Task Bad_requests_get_an_answer_and_the_service_lives_on()
    {
        await using DesktopService service = await DesktopService.StartAsync(dataFolder: _data);
        string id = await service.NewConversationAsync();
        string messages = $"conversations/{id}/messages";
        foreach (string body in new[] { "", "{", "null", "5", "{}", """{"text":null}""", """{"text":7}""",
            """{"text":""}""", """{"text":" \n "}""", """{"text":"\ud800"}""", new string('[', 5000) })
        {
            HttpResponseMessage response = await service.Client.PostAsync("api/" + messages,
                new StringContent(body, Encoding.UTF8, "application/json"));
            Assert.NotEmpty(await DesktopService.ErrorAsync(response, HttpStatusCode.BadRequest, "invalid"));
        }

        await DesktopService.ErrorAsync(await service.PostAsync(messages, new { text = new string('x', 200_001) }),
            HttpStatusCode.BadRequest, "invalid");
        await DesktopService.ErrorAsync(await service.PostAsync(messages, new { text = new string('x', 2_000_000) }),
            HttpStatusCode.RequestEntityTooLarge, "invalid");
        await DesktopService.ErrorAsync(await service.Client.PostAsync("api/" + messages,
            new StringContent("{\"text\":\"x\"}", Encoding.UTF8, "text/plain")), HttpStatusCode.UnsupportedMediaType, "invalid");
        await DesktopService.ErrorAsync(await RenameAsync(service, id, new string('x', 121)), HttpStatusCode.BadRequest, "invalid");
        await DesktopService.ErrorAsync(await RenameAsync(service, id, " \u0007 "), HttpStatusCode.BadRequest, "invalid");
        foreach (string path in new[] { "conversations/none", "conversations/..%2fsettings", "nothing",
            "conversations/" + new string('a', 3000) })
        {
            await DesktopService.ErrorAsync(await service.Client.GetAsync("api/" + path), HttpStatusCode.NotFound, "not-found");
        }

        await DesktopService.ErrorAsync(await service.PostAsync(messages, new { text = "hello" }), HttpStatusCode.Conflict, "no-model");
        Assert.Equal(0, (await service.GetAsync("conversations/" + id)).GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public void A_second_process_does_not_share_the_data()
    {
        using (DataFolder.Open(_data))
        {
            Assert.Contains("already running", Assert.Throws<IOException>(() => DataFolder.Open(_data)).Message, StringComparison.Ordinal);
        }

        DataFolder.Open(_data).Dispose();
    }

    [Theory]
    [InlineData("'--modle'", "--modle", "x")]
    [InlineData("'--model' needs", "--model")]
    [InlineData("'70000'", "--port", "70000")]
    [InlineData("'-1'", "--port=-1")]
    [InlineData("'model.gguf'", "model.gguf")]
    public void A_mistake_on_the_command_line_is_named(string expected, params string[] arguments) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => CommandLine.Parse(arguments)).Message, StringComparison.Ordinal);

    private static Task<HttpResponseMessage> RenameAsync(DesktopService service, string id, string title) =>
        service.Client.PatchAsync("api/conversations/" + id, System.Net.Http.Json.JsonContent.Create(new { title }));
}
