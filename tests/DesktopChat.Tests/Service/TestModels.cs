using DesktopChat.Models;
using LlamaNative;

namespace DesktopChat.Tests.Service;

/// <summary>Models with random weights, which generate deterministic nonsense.</summary>
internal static class TestModels
{
    public const string Template =
        "{% for m in messages %}<s>{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}<s>assistant: {% endif %}";

    public static TinyModel Quick(string? fileName = null) =>
        new(new TinyModelOptions { ChatTemplate = Template, ContextLength = 512 }, fileName);

    /// <summary>Takes some milliseconds per token, so that a test can act during an answer.</summary>
    public static TinyModel Slow() =>
        new(new TinyModelOptions { ChatTemplate = Template, ContextLength = 4096, Layers = 6, Embedding = 512 }, "slow.gguf");
}

/// <summary>A model load that pauses halfway until it is released.</summary>
internal sealed class SlowLoading : IDisposable
{
    private readonly ManualResetEventSlim _go = new();

    public LoadModel Load => (path, options, progress, cancellationToken) =>
        LlamaModel.LoadAsync(path, options, new Gate(this, progress, cancellationToken), cancellationToken);

    public void LetGo() => _go.Set();

    public void Dispose() => _go.Dispose();

    private sealed class Gate(SlowLoading owner, IProgress<float> progress, CancellationToken cancellationToken) : IProgress<float>
    {
        private bool _held;

        public void Report(float value)
        {
            progress.Report(value);
            if (value >= 0.5f && !_held)
            {
                // The native loader then asks whether to continue.
                _held = true;
                WaitHandle.WaitAny([owner._go.WaitHandle, cancellationToken.WaitHandle], TimeSpan.FromSeconds(60));
            }
        }
    }
}
