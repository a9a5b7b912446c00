using DesktopChat.Models;
using LlamaNative.Models;
using LlamaNative.Tests;

namespace DesktopChat.Tests.Service;

/// <summary>Models of random weights that talk nonsense, always the same.</summary>
internal static class TestModels
{
    public const string Template = "{% for m in messages %}<s>{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}<s>assistant: {% endif %}";

    public static TinyModel Quick(string? fileName = null) => new(new TinyModelOptions { ChatTemplate = Template, ContextLength = 512 }, fileName);

    /// <summary>Takes some milliseconds for a token, so that an answer can be met midway.</summary>
    public static TinyModel Slow() => new(new TinyModelOptions { ChatTemplate = Template, ContextLength = 4096, Layers = 6, Embedding = 512 }, "slow.gguf");
}

/// <summary>Loading that waits at its first half until it is let go on.</summary>
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
                // The native loader asks afterwards whether it is to go on.
                _held = true;
                WaitHandle.WaitAny([owner._go.WaitHandle, cancellationToken.WaitHandle], TimeSpan.FromSeconds(60));
            }
        }
    }
}
