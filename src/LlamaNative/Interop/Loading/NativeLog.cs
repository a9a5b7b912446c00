using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LlamaNative.Interop;

/// <summary>
/// The bridge from llama.cpp's log, which is one for the process, to an <see cref="ILogger"/>. Warnings and errors
/// are also kept for a while per thread, so that an exception can quote what the native side said.
/// </summary>
internal static unsafe class NativeLog
{
    private const int TailLines = 6;

    [ThreadStatic]
    private static ThreadLog? _current;

    /// <summary>Where lines go; null drops them.</summary>
    public static ILogger? Logger { get; set; }

    /// <summary>
    /// Takes over the native log, which would write to standard error otherwise. A plugin that can be unloaded gives it
    /// back when it goes, because the native side would call code that is gone.
    /// </summary>
    public static void Attach()
    {
        LlamaSystem.llama_log_set(&OnText, null);
        if (typeof(NativeLog).Assembly.IsCollectible)
        {
            DetachWhenUnloaded();
        }
    }

    private static void DetachWhenUnloaded() =>
        AssemblyLoadContext.GetLoadContext(typeof(NativeLog).Assembly)!.Unloading += static _ => Detach();

    /// <summary>Says something of our own beside what the native side says.</summary>
    public static void Warn(string line)
    {
        try
        {
            if (Logger is not null)
            {
                Log(LogLevel.Warning, line);
            }
        }
        catch (Exception)
        {
            // A logger that throws must not leave a library half loaded.
        }
    }

    /// <summary>Forgets what this thread heard; called before an operation whose failure would quote it.</summary>
    public static void Clear() => _current?.Tail.Clear();

    /// <summary>The last warnings and errors heard on this thread, ready to append to a message; empty when there are none.</summary>
    public static string Tail() => _current is { Tail.Count: > 0 } log
        ? Environment.NewLine + "llama.cpp said:" + string.Concat(log.Tail.Select(line => Environment.NewLine + "  " + line))
        : "";

    /// <summary>Collects the lines that this thread's native calls log, and that begin so, until it is disposed.</summary>
    public static Recording Record(string prefix = "") => new(Current, prefix);

    private static ThreadLog Current => _current ??= new ThreadLog();

    private static void Log(LogLevel level, string line) => Logger!.Log(level, default, line, null, static (text, _) => text);

    private static void Detach()
    {
        delegate* unmanaged[Cdecl]<int, byte*, void*, void> current;
        void* userData;
        LlamaSystem.llama_log_get(&current, &userData);
        delegate* unmanaged[Cdecl]<int, byte*, void*, void> own = &OnText;
        if ((nint)current == (nint)own) // otherwise another copy has taken it over
        {
            LlamaSystem.llama_log_set(null, null);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnText(int level, byte* text, void* userData)
    {
        try
        {
            Current.Append(level, text);
        }
        catch (Exception)
        {
            // A logger that throws must not take the process down through native frames.
        }
    }

    /// <summary>Lines collected on one thread.</summary>
    internal sealed class Recording : IDisposable
    {
        private readonly ThreadLog _log;
        private readonly byte[] _prefix;

        public Recording(ThreadLog log, string prefix)
        {
            _log = log;
            _prefix = Encoding.UTF8.GetBytes(prefix);
            log.Recording = this;
        }

        public List<string> Lines { get; } = [];

        public bool Wants(ReadOnlySpan<byte> line) => line.StartsWith(_prefix);

        public void Dispose() => _log.Recording = null;
    }

    /// <summary>
    /// What one thread has said: pieces joined to lines, and the last warnings and errors. Bytes until somebody wants to read
    /// them: loading a model says hundreds of lines.
    /// </summary>
    internal sealed class ThreadLog
    {
        private const int Debug = (int)GgmlLogLevel.Debug;
        private const int Info = (int)GgmlLogLevel.Info;
        private const int Warning = (int)GgmlLogLevel.Warn;
        private const int Error = (int)GgmlLogLevel.Error;
        private const int Continuation = (int)GgmlLogLevel.Cont;

        private byte[] _line = new byte[256];
        private int _length;
        private int _level;

        public Queue<string> Tail { get; } = new();

        public Recording? Recording { get; set; }

        private bool IsKept => _level is Warning or Error;

        private bool IsLogged => Logger?.IsEnabled(LevelOf(_level)) == true;

        public void Append(int level, byte* text)
        {
            if (level != Continuation)
            {
                Flush();
                _level = level;
            }

            if (Recording is null && !IsKept && !IsLogged)
            {
                return;
            }

            ReadOnlySpan<byte> piece = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
            if (piece.Length > _line.Length - _length)
            {
                Array.Resize(ref _line, Math.Max(2 * _line.Length, _length + piece.Length));
            }

            piece.CopyTo(_line.AsSpan(_length));
            _length += piece.Length;
            if (piece is [.., (byte)'\n'])
            {
                Flush();
            }
        }

        private void Flush()
        {
            ReadOnlySpan<byte> bytes = _line.AsSpan(0, _length);
            _length = 0;
            while (bytes is [.., <= (byte)' '])
            {
                bytes = bytes[..^1];
            }

            if (bytes.IsEmpty)
            {
                return;
            }

            bool recorded = Recording?.Wants(bytes) == true;
            bool logged = IsLogged;
            if (!(recorded || IsKept || logged))
            {
                return;
            }

            string line = Encoding.UTF8.GetString(bytes);
            if (recorded)
            {
                Recording!.Lines.Add(line);
            }

            if (IsKept)
            {
                Tail.Enqueue(line);
                if (Tail.Count > TailLines)
                {
                    Tail.Dequeue();
                }
            }

            if (logged)
            {
                Log(LevelOf(_level), line);
            }
        }

        private static LogLevel LevelOf(int level) => level switch
        {
            Debug => LogLevel.Debug,
            Info => LogLevel.Debug, // describes every tensor: too much for an application's information level
            Warning => LogLevel.Warning,
            Error => LogLevel.Error,
            _ => LogLevel.Trace,
        };
    }
}
