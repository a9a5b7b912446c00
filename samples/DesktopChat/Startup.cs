using DesktopChat.Answers;
using DesktopChat.Models;
using DesktopChat.Settings;
using Microsoft.Extensions.Hosting;

namespace DesktopChat;

/// <summary>Begins loading the model as the program starts, and lets everything go in order when it ends.</summary>
internal sealed class Startup(DesktopOptions options, SettingsStore settings, ModelHost models, AnswerService answers) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A model named by hand may be missing, which the window then says; of the others only what is there is tried.
        string? last = settings.Current.LastModel is { } path && File.Exists(path) ? path : null;
        if ((options.Model ?? last ?? DefaultModel.FindIn(options.RepositoryModels)) is { } model)
        {
            models.Load(model);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await answers.StopAllAsync().ConfigureAwait(false);
        await models.DisposeAsync().ConfigureAwait(false);
    }
}
