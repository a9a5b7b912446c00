using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace DesktopChat.Events;

/// <summary>An event, serialized and ready to send.</summary>
internal readonly record struct ServerEvent(string Name, string Json);

/// <summary>
/// Sends events to every open page, in order. A page that cannot keep up is disconnected; it reconnects by itself and starts
/// with a new snapshot.
/// </summary>
internal sealed class EventHub
{
    private const int Backlog = 4096;
    private readonly Lock _gate = new();
    private readonly List<Channel<ServerEvent>> _pages = [];

    /// <summary>Subscribes a page; later events are written to its channel.</summary>
    public Subscription Subscribe()
    {
        var page = Channel.CreateBounded<ServerEvent>(new BoundedChannelOptions(Backlog)
        {
            SingleReader = true,
            FullMode = BoundedChannelFullMode.Wait,
        });
        lock (_gate)
        {
            _pages.Add(page);
        }

        return new Subscription(this, page);
    }

    public void Publish<T>(string name, T value, JsonTypeInfo<T> type)
    {
        lock (_gate)
        {
            if (_pages.Count == 0)
            {
                return;
            }

            var happened = new ServerEvent(name, JsonSerializer.Serialize(value, type));
            foreach (Channel<ServerEvent> page in _pages)
            {
                if (!page.Writer.TryWrite(happened))
                {
                    page.Writer.TryComplete();
                }
            }
        }
    }

    /// <summary>A page's event subscription.</summary>
    internal sealed class Subscription(EventHub hub, Channel<ServerEvent> channel) : IDisposable
    {
        public ChannelReader<ServerEvent> Events => channel.Reader;

        public void Dispose()
        {
            lock (hub._gate)
            {
                hub._pages.Remove(channel);
            }
        }
    }
}
