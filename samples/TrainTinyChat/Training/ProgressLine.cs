using System.Diagnostics;
using System.Globalization;

namespace TrainTinyChat.Training;

/// <summary>The progress bar of a run on standard error: one updating line on a terminal, otherwise an occasional line.</summary>
internal sealed class ProgressLine
{
    private const int Width = 24;
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private readonly Stopwatch _shown = Stopwatch.StartNew();
    private readonly Stopwatch _all = Stopwatch.StartNew();
    private int _first = -1;
    private double _loss;

    /// <summary>Tokens per second since the first step.</summary>
    public double TokensPerSecond { get; private set; }

    public void Show(TrainingProgress progress)
    {
        if (_first < 0)
        {
            _first = progress.Step;
            _all.Restart();
        }

        int done = progress.Step - _first;
        _loss += (progress.Loss - _loss) * Math.Max(0.02, 1.0 / (done + 1)); // a moving average over about fifty steps
        TokensPerSecond = done == 0 ? 0 : (double)done * progress.TokensPerStep / _all.Elapsed.TotalSeconds;
        bool last = progress.Step == progress.Steps;
        if (!last && (_terminal ? _shown.ElapsedMilliseconds < 200 : progress.Step % 100 != 0))
        {
            return;
        }

        _shown.Restart();
        TimeSpan left = TokensPerSecond == 0
            ? TimeSpan.Zero
            : TimeSpan.FromSeconds((double)(progress.Steps - progress.Step) * progress.TokensPerStep / TokensPerSecond);
        int filled = (int)((long)progress.Step * Width / progress.Steps);
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"[{new string('#', filled)}{new string('.', Width - filled)}] {progress.Step}/{progress.Steps}  loss {_loss:F4}  |gradient| "
            + $"{progress.GradientNorm:F2}  {TokensPerSecond:F0} tokens/s  {left:h\\:mm\\:ss} left");
        Console.Error.Write(_terminal ? "\r" + line + "  " + (last ? "\n" : "") : line + "\n");
    }
}
