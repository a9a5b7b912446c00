using System.Diagnostics;
using System.Globalization;
using LlamaNative.Merging;

namespace LlamaNative.Cli.Terminal;

/// <summary>The progress of a merge on standard error: one updating line on a terminal, otherwise a line for each tenth.</summary>
internal sealed class MergeProgressLine(Shell shell) : IProgress<MergeProgress>, IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly bool _terminal = !Console.IsErrorRedirected;
    private long _last;
    private int _tenths = -1;
    private int _width;

    public void Report(MergeProgress value)
    {
        if (_terminal)
        {
            if (Stopwatch.GetElapsedTime(_last) >= s_pause || value.WrittenBytes == value.TotalBytes)
            {
                _last = Stopwatch.GetTimestamp();
                string line = Line(value);
                shell.TellPart("\r" + line.PadRight(_width));
                _width = line.Length;
            }
        }
        else if ((int)(value.Fraction * 10) > _tenths)
        {
            _tenths = (int)(value.Fraction * 10);
            shell.Tell(Line(value));
        }
    }

    public void Dispose()
    {
        if (_width > 0)
        {
            shell.Tell("");
        }
    }

    private static string Line(in MergeProgress progress)
    {
        string layer = progress.Layer is { } number ? $", layer {number}" : "";
        string left = progress.Remaining is { } time ? $", {time:hh\\:mm\\:ss} left" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.Fraction,4:P0} {progress.WrittenBytes >> 20}/{progress.TotalBytes >> 20} MiB{left}, tensor "
            + $"{progress.TensorIndex + 1}/{progress.TensorCount}{layer}: {progress.Tensor}");
    }
}
