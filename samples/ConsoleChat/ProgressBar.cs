namespace ConsoleChat;

/// <summary>A progress bar on standard error, shown only on a terminal.</summary>
internal sealed class ProgressBar(string title) : IProgress<float>, IDisposable
{
    private const int Width = 30;
    private readonly bool _visible = !Console.IsErrorRedirected;
    private int _shown = -1;

    public void Report(float value)
    {
        int percent = (int)(Math.Clamp(value, 0, 1) * 100);
        if (_visible && percent != _shown)
        {
            _shown = percent;
            int filled = percent * Width / 100;
            Console.Error.Write($"\r{title} [{new string('#', filled)}{new string('.', Width - filled)}] {percent,3} %");
        }
    }

    /// <summary>Clears the bar.</summary>
    public void Dispose()
    {
        if (_shown >= 0)
        {
            Console.Error.Write($"\r{new string(' ', title.Length + Width + 9)}\r");
        }
    }
}
