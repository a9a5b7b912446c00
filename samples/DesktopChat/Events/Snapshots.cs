using DesktopChat.Answers;
using DesktopChat.Conversations;
using DesktopChat.Models;
using DesktopChat.Settings;
using LlamaNative;

namespace DesktopChat.Events;

/// <summary>The complete state, which a page needs to start.</summary>
internal sealed record Snapshot(
    IReadOnlyList<ConversationSummary> Conversations, IReadOnlyList<AnswerState> Answers, ModelState Model,
    ChatSettings Settings, Usage Usage, int Processors);

/// <summary>The program's current memory use.</summary>
/// <param name="ProcessMemory">The resident memory of the process in bytes, including mapped weights that were accessed.</param>
/// <param name="Devices">The compute devices; empty before the first model is loaded.</param>
internal sealed record Usage(long ProcessMemory, IReadOnlyList<DeviceUsage> Devices);

/// <summary>A device and its memory in bytes.</summary>
internal sealed record DeviceUsage(string Name, string Description, bool IsGpu, long FreeBytes, long TotalBytes);

/// <summary>Collects the state for a page that connects.</summary>
internal sealed class Snapshots(ConversationStore conversations, AnswerService answers, ModelHost models, SettingsStore settings)
{
    public Snapshot Take() => new(conversations.List(), answers.List(), models.State, settings.Current, ReadUsage(),
        Environment.ProcessorCount);

    public Usage ReadUsage()
    {
        // The native library is queried only after a model has loaded it, because the page must work without it.
        IReadOnlyList<DeviceInfo> devices = models.State.Phase == ModelPhase.Ready ? LlamaRuntime.GetDevices() : [];
        return new Usage(
            Environment.WorkingSet,
            [.. devices.Select(
                device => new DeviceUsage(device.Name, device.Description, device.IsGpu, device.FreeBytes, device.TotalBytes))]);
    }
}
