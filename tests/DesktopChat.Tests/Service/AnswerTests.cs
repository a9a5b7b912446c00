using System.Net;
using System.Text.Json;

namespace DesktopChat.Tests.Service;

/// <summary>Answers: streaming, stopping, regenerating, saving, and taking turns.</summary>
public sealed class AnswerTests
{
    [Fact]
    public async Task An_answer_streams_and_is_kept_as_it_was_streamed()
    {
        using TinyModel model = TestModels.Quick();
        await using DesktopService service = await DesktopService.StartAsync();
        await service.SetGreedyAsync();
        using EventReader events = await LoadAsync(service, model.Path);
        string id = await service.NewConversationAsync();
        Assert.Equal(HttpStatusCode.NoContent,
            (await service.PostAsync($"conversations/{id}/messages", new { text = "the cat" })).StatusCode);

        (string text, string? error) = await events.AnswerAsync(id);
        Assert.Null(error);
        JsonElement conversation = await service.GetAsync("conversations/" + id);
        Assert.Equal("the cat", conversation.GetProperty("title").GetString());
        JsonElement[] messages = [.. conversation.GetProperty("messages").EnumerateArray()];
        Assert.Equal(["user", "assistant"], messages.Select(message => message.GetProperty("role").GetString()));
        Assert.NotEmpty(text);
        Assert.Equal(text.Trim(), messages[1].GetProperty("text").GetString()!.Trim());
        JsonElement statistics = messages[1].GetProperty("statistics");
        Assert.Equal(("MaxTokens", 8), (statistics.GetProperty("ended").GetString(), statistics.GetProperty("tokens").GetInt32()));

        // The next turn finds everything in the cache except the answer's last token, which was never evaluated.
        int before = statistics.GetProperty("promptTokens").GetInt32() + 8;
        await service.PostAsync($"conversations/{id}/messages", new { text = "stop" });
        await events.AnswerAsync(id);
        JsonElement second = (await service.GetAsync("conversations/" + id)).GetProperty("messages")[3].GetProperty("statistics");
        Assert.InRange(second.GetProperty("cachedTokens").GetInt32(), before - 3, before);
    }

    [Fact]
    public async Task The_same_seed_answers_alike_whatever_was_talked_about_in_between()
    {
        using TinyModel model = TestModels.Quick();
        await using DesktopService service = await DesktopService.StartAsync();
        await service.SetGreedyAsync();
        using EventReader events = await LoadAsync(service, model.Path);
        string first = await AskAsync(service, events, await service.NewConversationAsync(), "the cat");
        await AskAsync(service, events, await service.NewConversationAsync(), "abc abc");
        Assert.Equal(first, await AskAsync(service, events, await service.NewConversationAsync(), "the cat"));
    }

    [Fact]
    public async Task A_message_is_edited_and_an_answer_made_anew_where_it_stands()
    {
        using TinyModel model = TestModels.Quick();
        await using DesktopService service = await DesktopService.StartAsync();
        await service.SetGreedyAsync();
        using EventReader events = await LoadAsync(service, model.Path);
        string id = await service.NewConversationAsync();
        string[] answers = [await AskAsync(service, events, id, "the cat"), await AskAsync(service, events, id, "stop"),
            await AskAsync(service, events, id, "abc")];
        string[] ids = await MessageIdsAsync(service, id);
        Assert.Equal(6, ids.Length);

        // Greedy decoding gives the same answer; the later messages are removed.
        await service.PostAsync($"conversations/{id}/messages/{ids[3]}/regenerate");
        Assert.Equal(answers[1], (await events.AnswerAsync(id)).Text);
        Assert.Equal(4, (await MessageIdsAsync(service, id)).Length);

        await service.PutAsync($"conversations/{id}/messages/{ids[0]}", new { text = "abc abc" });
        (string edited, _) = await events.AnswerAsync(id);
        JsonElement conversation = await service.GetAsync("conversations/" + id);
        Assert.Equal(["abc abc", edited.Trim()],
            conversation.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString()!.Trim()));

        // A window that shows the old state must not change another message.
        await DesktopService.ErrorAsync(await service.PutAsync($"conversations/{id}/messages/{ids[2]}", new { text = "x" }),
            HttpStatusCode.NotFound, "not-found");
        await DesktopService.ErrorAsync(await service.PostAsync($"conversations/{id}/messages/{ids[3]}/regenerate"),
            HttpStatusCode.NotFound, "not-found");
        string answer = (await MessageIdsAsync(service, id))[1];
        await DesktopService.ErrorAsync(await service.PutAsync($"conversations/{id}/messages/{answer}", new { text = "x" }),
            HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task Stopping_keeps_what_was_said_and_frees_the_model()
    {
        using TinyModel model = TestModels.Slow();
        await using DesktopService service = await DesktopService.StartAsync();
        await service.SetAsync(new { temperature = 0, threads = 1, contextSize = 4096 });
        using EventReader events = await LoadAsync(service, model.Path);
        string id = await service.NewConversationAsync();
        await service.PostAsync($"conversations/{id}/messages", new { text = "the cat" });
        await events.UntilAsync("piece", piece => piece.GetProperty("offset").GetInt32() > 0);
        await DesktopService.ErrorAsync(await service.PostAsync($"conversations/{id}/messages", new { text = "me too" }),
            HttpStatusCode.Conflict, "busy");
        Assert.Equal(HttpStatusCode.NoContent, (await service.PostAsync($"conversations/{id}/stop")).StatusCode);
        await events.UntilAsync("answer-end", end => end.GetProperty("error").ValueKind == JsonValueKind.Null);

        JsonElement answer = (await service.GetAsync("conversations/" + id)).GetProperty("messages")[1];
        Assert.Equal("Cancelled", answer.GetProperty("statistics").GetProperty("ended").GetString());
        Assert.NotEmpty(answer.GetProperty("text").GetString()!);
        await service.SetAsync(new { temperature = 0, threads = 1, contextSize = 4096, maxTokens = 2 });
        Assert.NotNull(await AskAsync(service, events, id, "stop"));
    }

    /// <summary>The old answer was gone when the new one was stopped before its first word.</summary>
    [Fact]
    public async Task An_answer_comes_back_if_its_replacement_is_stopped_before_it_says_anything()
    {
        using TinyModel model = TestModels.Slow();
        await using DesktopService service = await DesktopService.StartAsync();
        await service.SetAsync(new { temperature = 0, threads = 1, contextSize = 4096, maxTokens = 4 });
        using EventReader events = await LoadAsync(service, model.Path);
        string id = await service.NewConversationAsync();
        await AskAsync(service, events, id, "the cat");
        await AskAsync(service, events, id, "stop");
        string[] before = await MessageIdsAsync(service, id);

        // Another conversation occupies the model, so the new answer waits until it is stopped.
        await service.SetAsync(new { temperature = 0, threads = 1, contextSize = 4096 });
        string other = await service.NewConversationAsync();
        await service.PostAsync($"conversations/{other}/messages", new { text = "the cat" });
        await events.UntilAsync("piece");
        await service.PostAsync($"conversations/{id}/messages/{before[1]}/regenerate");
        Assert.Single(await MessageIdsAsync(service, id));
        await service.PostAsync($"conversations/{id}/stop");
        await events.UntilAsync("answer-end", end => end.GetProperty("conversationId").GetString() == id);
        Assert.Equal(before, await MessageIdsAsync(service, id));
        await service.PostAsync($"conversations/{other}/stop");
    }

    // Answers that end only when they are stopped, so that even a slow reader connects in the middle of one.
    [Fact]
    public async Task Two_windows_see_the_same_and_two_conversations_take_turns()
    {
        using TinyModel model = TestModels.Slow();
        await using DesktopService service = await DesktopService.StartAsync();
        await service.SetAsync(new { temperature = 0, threads = 1, contextSize = 4096 });
        using EventReader one = await LoadAsync(service, model.Path);
        using EventReader two = await EventReader.OpenAsync(service);
        string a = await service.NewConversationAsync();
        string b = await service.NewConversationAsync();
        await service.PostAsync($"conversations/{a}/messages", new { text = "the cat" });
        await service.PostAsync($"conversations/{b}/messages", new { text = "the cat" });

        // A reader that connects in the middle gets the text so far; the other conversation waits for its turn.
        await one.UntilAsync("piece", piece => piece.GetProperty("offset").GetInt32() > 10);
        using EventReader late = await EventReader.OpenAsync(service);
        JsonElement[] answers = [.. (await late.UntilAsync("snapshot")).GetProperty("answers").EnumerateArray()];
        Assert.Equal([(a, "Writing"), (b, "Waiting")],
            answers.Select(answer => (answer.GetProperty("conversationId").GetString()!, answer.GetProperty("phase").GetString()!)));
        string begun = answers[0].GetProperty("text").GetString()!;
        Assert.NotEmpty(begun);

        // The rest follows without a gap, regardless of when the snapshot was taken.
        int far = begun.Length + 40;
        while (begun.Length < far)
        {
            JsonElement piece = await late.UntilAsync("piece");
            int offset = piece.GetProperty("offset").GetInt32();
            if (offset >= begun.Length)
            {
                Assert.Equal(begun.Length, offset);
                begun += piece.GetProperty("text").GetString();
            }
        }

        await service.SetAsync(new { temperature = 0, threads = 1, contextSize = 4096, maxTokens = 4 });
        await service.PostAsync($"conversations/{a}/stop");
        (string text, _) = await two.AnswerAsync(a);
        Assert.StartsWith(begun, text, StringComparison.Ordinal);
        (string next, _) = await two.AnswerAsync(b);
        Assert.NotEmpty(next);
        Assert.StartsWith(next, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_is_deleted_while_it_is_answered()
    {
        using TinyModel model = TestModels.Slow();
        await using DesktopService service = await DesktopService.StartAsync();
        await service.SetAsync(new { temperature = 0, threads = 1 });
        using EventReader events = await LoadAsync(service, model.Path);
        string id = await service.NewConversationAsync();
        await service.PostAsync($"conversations/{id}/messages", new { text = "the cat" });
        await events.UntilAsync("piece");
        Assert.Equal(HttpStatusCode.NoContent, (await service.Client.DeleteAsync("api/conversations/" + id)).StatusCode);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(service.DataFolder, "conversations")));
        await DesktopService.ErrorAsync(await service.PostAsync($"conversations/{id}/messages", new { text = "x" }),
            HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task A_message_beyond_the_context_is_told_and_the_model_lives_on()
    {
        using TinyModel model = TestModels.Quick();
        await using DesktopService service = await DesktopService.StartAsync();
        await service.SetGreedyAsync();
        using EventReader events = await LoadAsync(service, model.Path);
        string id = await service.NewConversationAsync();
        await service.PostAsync($"conversations/{id}/messages", new { text = string.Concat(Enumerable.Repeat("Q", 5000)) });
        (_, string? error) = await events.AnswerAsync(id);
        Assert.Contains("512", error, StringComparison.Ordinal);
        Assert.Single(await MessageIdsAsync(service, id));
        Assert.NotEmpty(await AskAsync(service, events, await service.NewConversationAsync(), "the cat"));
    }

    [Fact]
    public async Task The_end_of_the_program_ends_answers_and_streams()
    {
        using TinyModel model = TestModels.Slow();
        string data = Directory.CreateTempSubdirectory("desktopchat-tests-").FullName;
        DesktopService service = await DesktopService.StartAsync(dataFolder: data);
        await service.SetAsync(new { temperature = 0, threads = 1 });
        using EventReader events = await LoadAsync(service, model.Path);
        string id = await service.NewConversationAsync();
        await service.PostAsync($"conversations/{id}/messages", new { text = "the cat" });
        await events.UntilAsync("piece", piece => piece.GetProperty("offset").GetInt32() > 0);

        DesktopChat.Models.ModelHost models = service.Models;

        // Well below the 30 s after which the host gives up waiting for connections.
        await service.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(DesktopChat.Models.ModelPhase.None, models.State.Phase);
        string kept = File.ReadAllText(Path.Combine(data, "conversations", id + ".json"));
        Assert.Contains("Cancelled", kept, StringComparison.Ordinal);
        Directory.Delete(data, recursive: true);
    }

    private static async Task<EventReader> LoadAsync(DesktopService service, string path)
    {
        EventReader events = await EventReader.OpenAsync(service);
        Assert.Equal(HttpStatusCode.Accepted, (await service.PostAsync("models/load", new { path })).StatusCode);
        await events.UntilModelAsync("Ready");
        return events;
    }

    private static async Task<string> AskAsync(DesktopService service, EventReader events, string id, string text)
    {
        HttpResponseMessage response = await service.PostAsync($"conversations/{id}/messages", new { text });
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        (string answer, string? error) = await events.AnswerAsync(id);
        Assert.Null(error);
        return answer;
    }

    private static async Task<string[]> MessageIdsAsync(DesktopService service, string id) =>
        [.. (await service.GetAsync("conversations/" + id)).GetProperty("messages").EnumerateArray()
            .Select(message => message.GetProperty("id").GetString()!)];
}
