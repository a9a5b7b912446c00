using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.Extensions.Logging;

namespace LlamaNative.Interop;

/// <summary>
/// Forwards llama.cpp's process-wide log callback to a logger: the logger of the model for which this thread makes a native call, or the
/// runtime's logger. The last warnings and errors of each thread are kept, so that exceptions can include them.
/// </summary>
internal static unsafe class NativeLog
{
    private static ILogger? s_runtimeLogger;

    [ThreadStatic]
    private static ThreadLog? s_current;

    /// <summary>
    /// The logger of <see cref="LlamaRuntimeOptions.Logger"/>; if null, lines that do not belong to a model are discarded.
    /// </summary>
    public static ILogger? RuntimeLogger => Volatile.Read(ref s_runtimeLogger);

    private static ThreadLog Current => s_current ??= new ThreadLog();

    /// <summary>Sets the runtime's logger, unless another logger is already set.</summary>
    /// <returns>Whether <paramref name="logger"/> is now the runtime's logger.</returns>
    public static bool TrySetRuntimeLogger(ILogger logger)
    {
        ILogger? present = Interlocked.CompareExchange(ref s_runtimeLogger, logger, null);
        return present is null || ReferenceEquals(present, logger);
    }

    /// <summary>
    /// Redirects the log of this thread's native calls to a model's logger until the scope is disposed; null selects the runtime's logger.
    /// Does not affect threads started by the native side. Allocates nothing after the first use on a thread.
    /// </summary>
    public static Scope To(ILogger? logger) => new(Current, logger);

    /// <summary>
    /// Installs the native log callback; without it, llama.cpp logs to standard error. A collectible plugin restores the default callback
    /// when it is unloaded, so that the native side never calls unloaded code.
    /// </summary>
    public static void Attach()
    {
        LlamaSystem.llama_log_set(&OnText, null);
        Assembly own = typeof(NativeLog).Assembly;
        if (own.IsCollectible)
        {
            AssemblyLoadContext.GetLoadContext(own)!.Unloading += static _ => Detach();
        }
    }

    /// <summary>Logs a warning of this library like one of the native side.</summary>
    public static void Warn(string line) => Current.Write(LogLevel.Warning, line);

    /// <summary>Clears this thread's last warnings and errors. Called before an operation whose exception would include them.</summary>
    public static void Clear() => s_current?.Tail.Clear();

    /// <summary>The last warnings and errors of this thread, formatted for appending to a message; empty if there are none.</summary>
    public static string Tail() => s_current is { Tail.Count: > 0 } log
        ? Environment.NewLine + "llama.cpp reported:" + string.Concat(log.Tail.Select(line => Environment.NewLine + "  " + line))
        : "";

    /// <summary>Records the lines with a prefix that this thread's native calls log, until the recording is disposed.</summary>
    public static Recording Record(string prefix = "") => new(Current, prefix);

    private static void Detach()
    {
        delegate* unmanaged[Cdecl]<int, byte*, void*, void> current;
        void* userData;
        LlamaSystem.llama_log_get(&current, &userData);
        delegate* unmanaged[Cdecl]<int, byte*, void*, void> own = &OnText;
        if ((nint)current == (nint)own) // otherwise another copy of this assembly has replaced it
        {
            LlamaSystem.llama_log_set(null, null);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnText(int level, byte* text, void* userData)
    {
        try
        {
            Current.Append(level, MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
        }
        catch (Exception)
        {
            // An OutOfMemoryException for a log line must not propagate through native frames, which would terminate the process.
        }
    }

    /// <summary>Redirects a thread's lines to one logger. Scopes can be nested, because a callback may use another model.</summary>
    internal readonly ref struct Scope
    {
        private readonly ThreadLog _log;
        private readonly ILogger? _previous;

        public Scope(ThreadLog log, ILogger? logger)
        {
            _log = log;
            _previous = log.Logger;
            log.SwitchTo(logger);
        }

        public void Dispose() => _log.SwitchTo(_previous);
    }

    /// <summary>The recorded lines of one thread.</summary>
    internal sealed class Recording : IDisposable
    {
        private readonly ThreadLog _log;
        private readonly string _prefix;
        private readonly Recording? _outer;

        public Recording(ThreadLog log, string prefix)
        {
            _log = log;
            _prefix = prefix;
            _outer = log.Recording;
            log.Recording = this;
        }

        public List<string> Lines { get; } = [];

        public void Add(string line)
        {
            if (line.StartsWith(_prefix, StringComparison.Ordinal))
            {
                Lines.Add(line);
            }

            _outer?.Add(line);
        }

        public void Dispose() => _log.Recording = _outer;
    }
}
