using DesktopChat.Answers;
using DesktopChat.Conversations;
using DesktopChat.Models;
using DesktopChat.Settings;
using LlamaNative;

namespace DesktopChat.Events;

/// <summary>All that a page needs to begin.</summary>
internal sealed record Snapshot(
    IReadOnlyList<ConversationSummary> Conversations, IReadOnlyList<AnswerState> Answers, ModelState Model,
    ChatSettings Settings, Usage Usage, int Processors);

/// <summary>What the program uses now.</summary>
/// <param name="ProcessMemory">Bytes of memory the process has, mapped weights included as far as they were touched.</param>
/// <param name="Devices">What can compute; empty before the first model is loaded.</param>
internal sealed record Usage(long ProcessMemory, IReadOnlyList<DeviceUsage> Devices);

/// <summary>A device and its memory in bytes.</summary>
internal sealed record DeviceUsage(string Name, string Description, bool IsGpu, long FreeBytes, long TotalBytes);

/// <summary>Gathers the state for a page that connects.</summary>
internal sealed class Snapshots(ConversationStore conversations, AnswerService answers, ModelHost models, SettingsStore settings)
{
    public Snapshot Take() => new(conversations.List(), answers.List(), models.State, settings.Current, ReadUsage(),
        Environment.ProcessorCount);

    public Usage ReadUsage()
    {
        // The native library is asked only when a model has brought it in: the page must also work where it is missing.
        IReadOnlyList<DeviceInfo> devices = models.State.Phase == ModelPhase.Ready ? LlamaRuntime.GetDevices() : [];
        return new Usage(
            Environment.WorkingSet,
            [.. devices.Select(
                device => new DeviceUsage(device.Name, device.Description, device.IsGpu, device.FreeBytes, device.TotalBytes))]);
    }
}
