using DesktopChat.Answers;
using DesktopChat.Models;
using DesktopChat.Settings;
using Microsoft.Extensions.Hosting;

namespace DesktopChat;

/// <summary>Starts loading the model when the program starts, and shuts everything down in order when it ends.</summary>
internal sealed class Startup(DesktopOptions options, SettingsStore settings, ModelHost models, AnswerService answers) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A model from the command line may be missing, which the window then reports; the defaults are tried only if they exist.
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
