using System.Text.Json;
using DesktopChat.Endpoints;
using DesktopChat.Events;
using LlamaNative;
using Microsoft.Extensions.Logging;

namespace DesktopChat.Conversations;

/// <summary>
/// Stores all conversations in memory and in one file each. Every change is written to disk before pages are notified.
/// Thread-safe.
/// </summary>
internal sealed partial class ConversationStore
{
    private const long MaxFileBytes = 64 << 20;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Conversation> _conversations = [];
    private readonly string _folder;
    private readonly EventHub _events;
    private readonly TimeProvider _clock;
    private readonly ILogger<ConversationStore> _logger;

    public ConversationStore(DesktopOptions options, EventHub events, TimeProvider clock, ILogger<ConversationStore> logger)
    {
        _folder = Path.Combine(options.DataFolder, "conversations");
        _events = events;
        _clock = clock;
        _logger = logger;
        DataFolder.CreatePrivate(_folder);
        foreach (string path in Directory.EnumerateFiles(_folder, "*.json"))
        {
            if (Read(path) is { } conversation)
            {
                _conversations[conversation.Id] = conversation;
            }
        }
    }

    /// <summary>The list, newest first.</summary>
    public IReadOnlyList<ConversationSummary> List()
    {
        lock (_gate)
        {
            return [.. _conversations.Values.Select(conversation => conversation.Summary())
                .OrderByDescending(summary => summary.Updated).ThenBy(summary => summary.Id, StringComparer.Ordinal)];
        }
    }

    /// <exception cref="ApiException">There is no such conversation.</exception>
    public Conversation Get(string id)
    {
        lock (_gate)
        {
            return Find(id);
        }
    }

    public Conversation Create()
    {
        var conversation = new Conversation(Guid.NewGuid().ToString("N"), Conversation.Untitled, _clock.GetUtcNow(), []);
        lock (_gate)
        {
            Keep(conversation);
        }

        return conversation;
    }

    /// <summary>Changes a conversation atomically.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="change">Returns the new state; if it throws, nothing changes.</param>
    /// <exception cref="ApiException">There is no such conversation.</exception>
    public Conversation Update(string id, Func<Conversation, Conversation> change)
    {
        lock (_gate)
        {
            Conversation before = Find(id);
            Conversation after = change(before);
            Keep(ReferenceEquals(after.Messages, before.Messages) ? after : after with { Updated = _clock.GetUtcNow() });
            return _conversations[id];
        }
    }

    /// <exception cref="ApiException">There is no such conversation.</exception>
    public void Delete(string id)
    {
        lock (_gate)
        {
            _ = Find(id);
            File.Delete(PathOf(id));
            _conversations.Remove(id);
            _events.Publish(EventNames.Conversations, List(), DesktopJson.Default.IReadOnlyListConversationSummary);
        }
    }

    private Conversation Find(string id) => _conversations.TryGetValue(id, out Conversation? conversation)
        ? conversation
        : throw ApiException.NotFound("This conversation no longer exists.");

    // Notifies pages while holding the lock, so that they see changes in order.
    private void Keep(Conversation conversation)
    {
        AtomicFile.Write(PathOf(conversation.Id), JsonSerializer.SerializeToUtf8Bytes(conversation, DesktopJson.Default.Conversation));
        _conversations[conversation.Id] = conversation;
        _events.Publish(EventNames.Conversation, conversation, DesktopJson.Default.Conversation);
        _events.Publish(EventNames.Conversations, List(), DesktopJson.Default.IReadOnlyListConversationSummary);
    }

    private string PathOf(string id) => Path.Combine(_folder, id + ".json");

    /// <summary>Skips files that are not conversations, without changing them.</summary>
    private Conversation? Read(string path)
    {
        try
        {
            Conversation? conversation = new FileInfo(path).Length <= MaxFileBytes
                ? JsonSerializer.Deserialize(TextFile.Read(path), DesktopJson.Default.Conversation)
                : null;
            if (conversation is not null && conversation.IsSound() && conversation.Id == Path.GetFileNameWithoutExtension(path))
            {
                return conversation;
            }

            LogUnreadable(path, "it is not a conversation or was renamed");
        }
        catch (Exception error) when (error is JsonException or LlamaException or InvalidOperationException or IOException
            or UnauthorizedAccessException)
        {
            LogUnreadable(path, error.Message);
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The conversation in {Path} was skipped: {Reason}")]
    private partial void LogUnreadable(string path, string reason);
}
