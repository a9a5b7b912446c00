using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.Extensions.Logging;

namespace LlamaNative.Interop;

/// <summary>
/// The bridge from llama.cpp's log callback, of which a process has one, to loggers: that of the model on whose behalf this
/// thread makes a native call, else the runtime's. Warnings and errors are also kept for a while per thread, so that an
/// exception can quote what the native side said.
/// </summary>
internal static unsafe class NativeLog
{
    private static ILogger? s_runtimeLogger;

    [ThreadStatic]
    private static ThreadLog? s_current;

    /// <summary>The logger of <see cref="LlamaRuntimeOptions.Logger"/>; null drops the lines that belong to no model.</summary>
    public static ILogger? RuntimeLogger => Volatile.Read(ref s_runtimeLogger);

    private static ThreadLog Current => s_current ??= new ThreadLog();

    /// <summary>Sets the runtime's logger unless another is set already, which stays.</summary>
    /// <returns>Whether <paramref name="logger"/> is the runtime's logger now.</returns>
    public static bool TrySetRuntimeLogger(ILogger logger)
    {
        ILogger? present = Interlocked.CompareExchange(ref s_runtimeLogger, logger, null);
        return present is null || ReferenceEquals(present, logger);
    }

    /// <summary>
    /// Sends what this thread's native calls log to a model's logger until the scope is disposed; null is the runtime's.
    /// Threads that the native side starts are outside of any scope. Allocates nothing after a thread's first use.
    /// </summary>
    public static Scope To(ILogger? logger) => new(Current, logger);

    /// <summary>
    /// Takes over the native log, which would write to standard error otherwise. A plugin that can be unloaded gives it
    /// back when it goes, because the native side would call code that is gone.
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

    /// <summary>Logs a warning of this library beside those of the native side.</summary>
    public static void Warn(string line) => Current.Write(LogLevel.Warning, line);

    /// <summary>Forgets what this thread heard; called before an operation whose failure would quote it.</summary>
    public static void Clear() => s_current?.Tail.Clear();

    /// <summary>The last warnings and errors heard on this thread, ready to append to a message; empty when there are none.</summary>
    public static string Tail() => s_current is { Tail.Count: > 0 } log
        ? Environment.NewLine + "llama.cpp said:" + string.Concat(log.Tail.Select(line => Environment.NewLine + "  " + line))
        : "";

    /// <summary>Collects the lines that this thread's native calls log, and that begin so, until it is disposed.</summary>
    public static Recording Record(string prefix = "") => new(Current, prefix);

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
            Current.Append(level, MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
        }
        catch (Exception)
        {
            // Running out of memory for a line of log must not take the process down through native frames.
        }
    }

    /// <summary>The time in which a thread's lines go to one logger; scopes nest, as a callback may use another model.</summary>
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

    /// <summary>Lines collected on one thread.</summary>
    internal sealed class Recording : IDisposable
    {
        private readonly ThreadLog _log;
        private readonly string _prefix;

        public Recording(ThreadLog log, string prefix)
        {
            _log = log;
            _prefix = prefix;
            log.Recording = this;
        }

        public List<string> Lines { get; } = [];

        public void Add(string line)
        {
            if (line.StartsWith(_prefix, StringComparison.Ordinal))
            {
                Lines.Add(line);
            }
        }

        public void Dispose() => _log.Recording = null;
    }
}
