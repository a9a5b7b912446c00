using DesktopChat.Endpoints;
using DesktopChat.Events;
using DesktopChat.Settings;
using LlamaNative;
using Microsoft.Extensions.Logging;

namespace DesktopChat.Models;

/// <summary>
/// Manages the one model in memory: loads, replaces and unloads it in the background, and gives one answer at a time access
/// to it. A new load cancels the current answer. Thread-safe.
/// </summary>
internal sealed partial class ModelHost(
    SettingsStore settings, EventHub events, LoadModel loadModel, ILoggerFactory loggers, ILogger<ModelHost> logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();

    // Held while the model is used: by an answer, a load or an unload.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private LoadedModel? _loaded;
    private CancellationTokenSource _uses = new();
    private CancellationTokenSource? _loading;
    private Task _work = Task.CompletedTask;
    private bool _closed;

    public ModelState State { get; private set; } = ModelState.None;

    /// <summary>Starts loading a model that replaces the current one; <see cref="State"/> and events report the progress.</summary>
    public void Load(string path) => Begin(path, (work, stop) => LoadAsync(path, work, stop));

    /// <summary>Reloads the current model, for settings that take effect only on loading.</summary>
    public void Reload()
    {
        if (State is { Phase: not ModelPhase.None, Path: { } path }) // also if it failed: the change may mend it
        {
            Load(path);
        }
    }

    /// <summary>Unloads the model.</summary>
    public void Unload() => Begin(null, (_, _) => Task.CompletedTask);

    /// <summary>Stops loading.</summary>
    public void Cancel()
    {
        CancellationTokenSource? loading;
        lock (_gate)
        {
            loading = _loading;
        }

        loading?.Cancel();
    }

    /// <summary>Uses the model after its current user is done. The use is cancelled if another model is loaded.</summary>
    /// <exception cref="ApiException">There is no model.</exception>
    public async Task<T> UseAsync<T>(Func<LoadedModel, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        CancellationToken replaced = await TakeTurnAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(replaced, cancellationToken);
            LoadedModel model = _loaded ?? throw ApiException.Conflict("no-model", State.Error ?? "No model is loaded. Choose one first.");
            return await use(model, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task work;
        lock (_gate)
        {
            if (!_closed)
            {
                Unload();
                _closed = true;
            }

            work = _work;
        }

        await work.ConfigureAwait(false);
    }

    /// <summary>Takes the turn if no load is waiting for it; returns a token that a later load cancels.</summary>
    private async Task<CancellationToken> TakeTurnAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _work.WaitAsync(cancellationToken).ConfigureAwait(false);
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                if (_work.IsCompleted)
                {
                    return _uses.Token;
                }
            }

            _turn.Release();
        }
    }

    private void Begin(string? path, Func<CancellationTokenSource, CancellationToken, Task> next)
    {
        CancellationTokenSource? before;
        CancellationTokenSource uses;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            (before, uses) = (_loading, _uses);
            var work = new CancellationTokenSource();
            (_loading, _uses) = (work, new CancellationTokenSource());
            Show(work, path is null ? ModelState.None : new ModelState(ModelPhase.Loading) { Path = path });
            _work = Task.WhenAll(_work, Task.Run(() => ReplaceAsync(work, next)));
        }

        before?.Cancel();
        uses.Cancel();
    }

    /// <summary>Waits for its turn, unloads the current model and does the work.</summary>
    private async Task ReplaceAsync(CancellationTokenSource work, Func<CancellationTokenSource, CancellationToken, Task> next)
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_loaded is { } before)
            {
                _loaded = null;
                await before.DisposeAsync().ConfigureAwait(false);
            }

            await next(work, work.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (work.IsCancellationRequested)
        {
            Show(work, ModelState.None);
        }
        catch (Exception error)
        {
            // Catches all errors: nothing awaits this task, and the page must show that there is no model.
            Show(work, State with
            {
                Phase = ModelPhase.Failed,
                Error = error is LlamaException or ArgumentException or IOException
                    ? ErrorText.Of(error)
                    : $"Loading failed: {error.Message}",
            });
            LogFailed(error, "load a model");
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task LoadAsync(string path, CancellationTokenSource work, CancellationToken stop)
    {
        ChatSettings now = settings.Current;
        stop.ThrowIfCancellationRequested();
        var progress = new Progress(part => Show(work, new ModelState(ModelPhase.Loading) { Path = path, Progress = part }));
        ModelOptions options = now.ToModelOptions() with { Logger = loggers.CreateLogger("llama.cpp") };
        LlamaModel model = await loadModel(path, options, progress, stop).ConfigureAwait(false);
        if (!model.GeneratesText)
        {
            model.Dispose();
            throw new LlamaException($"'{Path.GetFileName(path)}' cannot generate text. Choose a model for chat.");
        }

        _loaded = new LoadedModel(model, now);
        Remember(path);
        Show(work, _loaded.Describe());
    }

    /// <summary>Saves the model's path for the next start; a failure is only logged.</summary>
    private void Remember(string path)
    {
        try
        {
            settings.Update(current => current with { LastModel = path });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogFailed(error, "save the model's path");
        }
    }

    /// <summary>Publishes a new state, unless a later load has replaced this one.</summary>
    private void Show(CancellationTokenSource work, ModelState state)
    {
        lock (_gate)
        {
            if (_loading == work)
            {
                State = state;
                events.Publish(EventNames.Model, state, DesktopJson.Default.ModelState);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not {Action}")]
    private partial void LogFailed(Exception error, string action);

    /// <summary>Reports progress in whole percents, on the reporting thread to preserve the order.</summary>
    private sealed class Progress(Action<float> report) : IProgress<float>
    {
        private int _percent = -1;

        public void Report(float value)
        {
            int percent = (int)(Math.Clamp(value, 0, 1) * 100);
            if (percent != _percent)
            {
                _percent = percent;
                report(percent / 100f);
            }
        }
    }
}
