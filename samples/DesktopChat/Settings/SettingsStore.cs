using System.Text.Json;
using DesktopChat.Endpoints;
using DesktopChat.Events;
using LlamaNative;
using Microsoft.Extensions.Logging;

namespace DesktopChat.Settings;

/// <summary>The settings, in memory and on disk.</summary>
internal sealed partial class SettingsStore
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly EventHub _events;
    private readonly ILogger<SettingsStore> _logger;
    private ChatSettings _current;

    public SettingsStore(DesktopOptions options, EventHub events, ILogger<SettingsStore> logger)
    {
        _path = Path.Combine(options.DataFolder, "settings.json");
        _events = events;
        _logger = logger;
        _current = Read() ?? new ChatSettings();
    }

    public ChatSettings Current => Volatile.Read(ref _current);

    /// <summary>Changes and saves the settings.</summary>
    /// <exception cref="ApiException">A value is out of range; nothing changes.</exception>
    public ChatSettings Update(Func<ChatSettings, ChatSettings> change)
    {
        lock (_gate)
        {
            ChatSettings changed = change(_current);
            if (changed.FindMistake() is { } mistake)
            {
                throw ApiException.Invalid(mistake);
            }

            DataFolder.CreatePrivate(Path.GetDirectoryName(_path)!);
            AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(changed, DesktopJson.Default.ChatSettings));
            Volatile.Write(ref _current, changed);
            _events.Publish(EventNames.Settings, changed, DesktopJson.Default.ChatSettings);
            return changed;
        }
    }

    private ChatSettings? Read()
    {
        try
        {
            if (!File.Exists(_path))
            {
                return null;
            }

            ChatSettings? settings = JsonSerializer.Deserialize(TextFile.Read(_path), DesktopJson.Default.ChatSettings);
            if (settings is not null && settings.FindMistake() is null)
            {
                return settings;
            }

            LogIgnored(_path, settings?.FindMistake() ?? "it is empty");
        }
        catch (Exception error) when (error is JsonException or LlamaException or InvalidOperationException or IOException
            or UnauthorizedAccessException)
        {
            LogIgnored(_path, error.Message);
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The settings in {Path} were ignored: {Reason}")]
    private partial void LogIgnored(string path, string reason);
}
