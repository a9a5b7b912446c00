using System.Text;
using Microsoft.Extensions.Logging;

namespace LlamaNative.Interop;

/// <summary>
/// The native log of one thread. Joins pieces into lines and keeps the last warnings and errors. Lines without a listener are not decoded,
/// because loading a model logs hundreds of lines.
/// </summary>
internal sealed class ThreadLog
{
    private const int TailLines = 6;

    // enum ggml_log_level
    private const int Debug = (int)GgmlLogLevel.Debug;
    private const int Info = (int)GgmlLogLevel.Info;
    private const int Warning = (int)GgmlLogLevel.Warn;
    private const int Error = (int)GgmlLogLevel.Error;
    private const int Continuation = (int)GgmlLogLevel.Cont;

    private byte[] _line = [];
    private int _length;
    private int _level;

    /// <summary>The last warnings and errors.</summary>
    public Queue<string> Tail { get; } = new();

    public NativeLog.Recording? Recording { get; set; }

    /// <summary>The logger of the model that this thread currently uses; null if it has none.</summary>
    public ILogger? Logger { get; private set; }

    private bool IsKept => _level is Warning or Error;

    /// <summary>Appends a whole line or a piece of a line.</summary>
    public void Append(int level, ReadOnlySpan<byte> piece)
    {
        if (level != Continuation)
        {
            Flush();
            _level = level;
        }

        if (Recording is null && !IsKept && !IsEnabled(LevelOf(_level)))
        {
            return;
        }

        if (piece.Length > _line.Length - _length)
        {
            Array.Resize(ref _line, Math.Max(256, Math.Max(2 * _line.Length, _length + piece.Length)));
        }

        piece.CopyTo(_line.AsSpan(_length));
        _length += piece.Length;
        if (piece is [.., (byte)'\n'])
        {
            Flush();
        }
    }

    /// <summary>Switches to another logger. An incomplete line is written to the previous logger.</summary>
    public void SwitchTo(ILogger? logger)
    {
        if (_length > 0)
        {
            Flush();
        }

        Logger = logger;
    }

    /// <summary>
    /// Writes a line to the logger. Exceptions from the logger are ignored, because they must not propagate through native frames.
    /// </summary>
    public void Write(LogLevel level, string line)
    {
        try
        {
            (Logger ?? NativeLog.RuntimeLogger)?.Log(level, default, line, null, static (text, _) => text);
        }
        catch (Exception)
        {
        }
    }

    private void Flush()
    {
        ReadOnlySpan<byte> bytes = _line.AsSpan(0, _length).TrimEnd(" \r\n\t"u8);
        _length = 0;
        if (bytes.IsEmpty)
        {
            return;
        }

        string line = Encoding.UTF8.GetString(bytes);
        Recording?.Add(line);
        if (IsKept)
        {
            Tail.Enqueue(line);
            if (Tail.Count > TailLines)
            {
                Tail.Dequeue();
            }
        }

        if (IsEnabled(LevelOf(_level)))
        {
            Write(LevelOf(_level), line);
        }
    }

    private bool IsEnabled(LogLevel level)
    {
        try
        {
            return (Logger ?? NativeLog.RuntimeLogger)?.IsEnabled(level) == true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private static LogLevel LevelOf(int level) => level switch
    {
        Debug => LogLevel.Debug,
        Info => LogLevel.Debug, // too verbose for an application's information level, because it describes every tensor
        Warning => LogLevel.Warning,
        Error => LogLevel.Error,
        _ => LogLevel.Trace,
    };
}
