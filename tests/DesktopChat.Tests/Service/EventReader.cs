using System.Text.Json;

namespace DesktopChat.Tests.Service;

/// <summary>Reads the event stream as a page does.</summary>
internal sealed class EventReader : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, string> _texts = [];
    private readonly Dictionary<string, (string Text, string? Error)> _ended = [];
    private readonly StreamReader _reader;
    private readonly CancellationTokenSource _limit = new(s_limit);

    private EventReader(Stream stream) => _reader = new StreamReader(stream);

    public static async Task<EventReader> OpenAsync(DesktopService service)
    {
        HttpResponseMessage response = await service.Client.GetAsync("api/events", HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new EventReader(await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<(string Name, JsonElement Data)?> NextAsync()
    {
        if (await _reader.ReadLineAsync(_limit.Token) is not { } name)
        {
            return null;
        }

        string data = (await _reader.ReadLineAsync(_limit.Token))!;
        Assert.Equal("", await _reader.ReadLineAsync(_limit.Token));
        Assert.StartsWith("event: ", name, StringComparison.Ordinal);
        Assert.StartsWith("data: ", data, StringComparison.Ordinal);
        return (name["event: ".Length..], JsonDocument.Parse(data["data: ".Length..]).RootElement);
    }

    /// <summary>Reads up to the first event with this name that satisfies the condition.</summary>
    public async Task<JsonElement> UntilAsync(string name, Predicate<JsonElement>? wanted = null)
    {
        while (await NextAsync() is { } happened)
        {
            if (happened.Name == name && wanted?.Invoke(happened.Data) != false)
            {
                return happened.Data;
            }
        }

        throw new InvalidOperationException($"The stream ended before '{name}'.");
    }

    public Task<JsonElement> UntilModelAsync(string phase) => UntilAsync("model", model => model.GetProperty("phase").GetString() == phase);

    /// <summary>
    /// Reads an answer to its end: the joined pieces, and the error. Events of other conversations may come in between.
    /// </summary>
    public async Task<(string Text, string? Error)> AnswerAsync(string conversation)
    {
        while (!_ended.ContainsKey(conversation) && await NextAsync() is { } happened)
        {
            if (happened.Name is not ("piece" or "answer-end"))
            {
                continue;
            }

            string id = happened.Data.GetProperty("conversationId").GetString()!;
            string text = _texts.GetValueOrDefault(id, "");
            if (happened.Name == "piece")
            {
                Assert.Equal(text.Length, happened.Data.GetProperty("offset").GetInt32());
                _texts[id] = text + happened.Data.GetProperty("text").GetString();
            }
            else
            {
                _ended[id] = (text, happened.Data.GetProperty("error").GetString());
                _texts.Remove(id);
            }
        }

        return _ended.Remove(conversation, out (string Text, string? Error) answer)
            ? answer
            : throw new InvalidOperationException("The stream ended before the answer.");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _limit.Dispose();
    }
}
