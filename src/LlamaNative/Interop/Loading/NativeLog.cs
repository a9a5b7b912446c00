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
        if (AssemblyLoadContext.GetLoadContext(typeof(NativeLog).Assembly) is { IsCollectible: true } plugin)
        {
            plugin.Unloading += static _ => Detach();
        }
    }

    /// <summary>Forgets what this thread heard; called before an operation whose failure would quote it.</summary>
    public static void Clear() => _current?.Tail.Clear();

    /// <summary>The last warnings and errors heard on this thread, ready to append to a message; empty when there are none.</summary>
    public static string Tail() => _current is { Tail.Count: > 0 } log
        ? Environment.NewLine + "llama.cpp said:" + string.Concat(log.Tail.Select(line => Environment.NewLine + "  " + line))
        : "";

    /// <summary>Collects every line that this thread's native calls log until it is disposed.</summary>
    public static Recording Record() => new(_current ??= new ThreadLog());

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
            (_current ??= new ThreadLog()).Append(level, Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text)));
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

        public Recording(ThreadLog log)
        {
            _log = log;
            log.Recorded = Lines;
        }

        public List<string> Lines { get; } = [];

        public void Dispose() => _log.Recorded = null;
    }

    /// <summary>What one thread has said: pieces joined to lines, and the last warnings and errors.</summary>
    internal sealed class ThreadLog
    {
        private const int Continuation = 5; // GGML_LOG_LEVEL_CONT
        private readonly StringBuilder _line = new();
        private int _level;

        public Queue<string> Tail { get; } = new();

        public List<string>? Recorded { get; set; }

        public void Append(int level, string text)
        {
            if (level != Continuation)
            {
                Flush();
                _level = level;
            }

            _line.Append(text);
            if (text.EndsWith('\n'))
            {
                Flush();
            }
        }

        private void Flush()
        {
            string line = _line.ToString().TrimEnd();
            _line.Clear();
            if (line.Length == 0)
            {
                return;
            }

            Recorded?.Add(line);
            LogLevel level = LevelOf(_level);
            if (level >= LogLevel.Warning)
            {
                Tail.Enqueue(line);
                if (Tail.Count > TailLines)
                {
                    Tail.Dequeue();
                }
            }

            if (Logger is { } logger && logger.IsEnabled(level))
            {
                logger.Log(level, default, line, null, static (text, _) => text);
            }
        }

        private static LogLevel LevelOf(int level) => level switch
        {
            1 => LogLevel.Debug,
            2 => LogLevel.Debug, // llama.cpp's "info" describes every tensor: too much for an application's information level
            3 => LogLevel.Warning,
            4 => LogLevel.Error,
            _ => LogLevel.Trace,
        };
    }
}
