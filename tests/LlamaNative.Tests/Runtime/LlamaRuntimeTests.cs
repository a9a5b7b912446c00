using LlamaNative.Models;
using LlamaNative.Tests.Generation;
using Microsoft.Extensions.Logging;

namespace LlamaNative.Tests.Interop;

/// <summary>The process-wide native library: loaded once, with a logger that cannot be replaced.</summary>
[Collection(nameof(Alone))]
public sealed class LlamaRuntimeTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    /// <summary>The runtime's for the rest of the process.</summary>
    private static readonly Logger s_logger = new() { Deaf = true };

    [Fact]
    public void Loading_again_is_harmless_from_any_thread_and_gives_what_is_loaded()
    {
        NativeLibraryInfo loaded = LlamaRuntime.Load();
        Assert.StartsWith(NativeRelease.IsPinned ? LlamaRuntime.PinnedVersion : "b", loaded.Version, StringComparison.Ordinal);
        Parallel.For(0, 8, _ => Assert.Same(loaded, LlamaRuntime.Load()));
        Assert.Same(loaded, LlamaRuntime.Load(new LlamaRuntimeOptions { LibraryDirectory = loaded.Directory }));
        Assert.Contains(LlamaRuntime.GetDevices(), device => device.Kind == DeviceKind.Cpu);
    }

    [Fact]
    public void Another_folder_than_the_loaded_one_is_refused()
    {
        var error = Assert.Throws<NativeLibraryException>(
            () => LlamaRuntime.Load(new LlamaRuntimeOptions { LibraryDirectory = Path.GetTempPath() }));
        Assert.Contains("already loaded", error.Message, StringComparison.Ordinal);
        tiny.NewContext().Dispose();
    }

    [Fact]
    public void A_logger_hears_whole_lines_and_may_throw()
    {
        LlamaRuntime.Load(new LlamaRuntimeOptions { Logger = s_logger });
        s_logger.Deaf = false;
        LlamaModel.Load(tiny.Path).Dispose();
        Assert.NotEmpty(s_logger.Lines);
        Assert.DoesNotContain(s_logger.Lines, line => line.Contains('\n') || line.Length == 0);
        s_logger.Broken = true;
        LlamaModel.Load(tiny.Path).Dispose();
        s_logger.Broken = false;
        s_logger.Deaf = true;
    }

    [Fact]
    public void Another_logger_than_the_first_is_refused()
    {
        LlamaRuntime.Load(new LlamaRuntimeOptions { Logger = s_logger });
        LlamaRuntime.Load(new LlamaRuntimeOptions { Logger = s_logger });
        var error = Assert.Throws<ArgumentException>(() => LlamaRuntime.Load(new LlamaRuntimeOptions { Logger = new Logger() }));
        Assert.Equal(nameof(LlamaRuntimeOptions.Logger), error.ParamName);
        Assert.Contains("ModelOptions.Logger", error.Message, StringComparison.Ordinal);
    }

    private sealed class Logger : ILogger
    {
        public List<string> Lines { get; } = [];

        public bool Broken { get; set; }

        /// <summary>The logger is process-wide, so later tests also write to it.</summary>
        public bool Deaf { get; set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => !Deaf;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (Broken)
            {
                throw new InvalidTimeZoneException("mine");
            }

            lock (Lines)
            {
                Lines.Add(formatter(state, exception));
            }
        }
    }
}
