using System.Runtime.InteropServices;
using LlamaNative.Platform;

namespace LlamaNative.Interop;

/// <summary>
/// Loads the native libraries once and answers the runtime's question which file an import means. This is the one
/// place with process-wide state: a native library has process-wide state itself, can be initialised only once, and
/// is never unloaded, so that finalizers may call it at any time.
/// </summary>
internal static class NativeLoader
{
    // No Lock: its first use makes the runtime load its compiler, a millisecond before any model is looked at.
    private static readonly object Gate = new();
    private static readonly Dictionary<string, nint> Handles = [];
    private static NativeLibraryInfo? _loaded;

    public static NativeLibraryInfo Load(LlamaRuntimeOptions? options)
    {
        OptionCheck.NotEmpty(options?.LibraryDirectory);
        if (options?.Logger is { } logger && !NativeLog.TrySetRuntimeLogger(logger))
        {
            throw OptionCheck.Invalid(
                "The native library already logs to another logger, which cannot be replaced. "
                + "Use ModelOptions.Logger to log each model elsewhere.",
                nameof(LlamaRuntimeOptions.Logger));
        }

        NativeLibraryInfo info = Volatile.Read(ref _loaded) ?? LoadOnce(options?.LibraryDirectory);
        if (options?.LibraryDirectory is { } wanted && !FilePaths.AreSame(wanted, info.Directory))
        {
            throw new NativeLibraryException(
                $"The native library is already loaded from '{info.Directory}' and cannot be loaded again from '{wanted}'. "
                + "Call LlamaRuntime.Load with the folder before anything else uses the library.");
        }

        return info;
    }

    private static NativeLibraryInfo LoadOnce(string? optionDirectory)
    {
        lock (Gate)
        {
            if (_loaded is not null)
            {
                return _loaded;
            }

            var locator = new LibraryLocator();
            string directory = LibraryLocator.SharedDirectory ?? locator.FindDirectory(optionDirectory) ?? throw NotFound(locator);
            Dictionary<string, nint> handles = OpenLibraries(locator, directory);

            // Checked through bare function pointers: an import, once bound, stays bound to the library it found.
            string version = AbiGuard.Check(handles[NativeLibraries.Llama], directory);
            Publish(handles);
            LibraryLocator.SharedDirectory = directory;
            return _loaded = Initialize(directory, version);
        }
    }

    private static Dictionary<string, nint> OpenLibraries(LibraryLocator locator, string directory)
    {
        var handles = new Dictionary<string, nint>();
        foreach (string library in NativeLibraries.InLoadOrder)
        {
            string file = locator.FindFile(directory, library)
                ?? throw new NativeLibraryException(
                    $"The folder '{directory}' holds the llama library but not its companion '{library}'. "
                    + "Keep all files of one native package together." + Paths(locator), locator.Tried, null);
            try
            {
                handles[library] = NativeLibrary.Load(file);
            }
            catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
            {
                throw new NativeLibraryException(
                    $"The native library '{file}' cannot be loaded: {error.Message.Trim()}{Environment.NewLine}"
                    + Advice(LibraryPlatform.Of(file)) + Paths(locator), locator.Tried, error);
            }
        }

        return handles;
    }

    private static void Publish(Dictionary<string, nint> handles)
    {
        foreach ((string library, nint handle) in handles)
        {
            Handles[library] = handle;
        }

        NativeLibrary.SetDllImportResolver(typeof(NativeLoader).Assembly, static (name, _, _) => Handles.TryGetValue(name, out nint handle) ? handle : 0);
    }

    private static unsafe NativeLibraryInfo Initialize(string directory, string version)
    {
        NativeLog.Attach();

        // ggml itself tries every build of the CPU backend, and picks every GPU backend that finds its driver.
        if (CpuBackend.Find(directory) is not { } cpu || GgmlDevices.ggml_backend_load(cpu) == 0)
        {
            GgmlDevices.ggml_backend_load_all_from_path(directory);
        }

        if (GgmlDevices.ggml_backend_dev_by_type((int)DeviceKind.Cpu) == 0)
        {
            throw new NativeLibraryException(
                $"No CPU backend (ggml-cpu-*) for this processor in '{directory}'. Keep all files of one native package together."
                + NativeLog.Tail());
        }

        // Only now: without a backend it would look for some beside the executable and in the current folder, whoever put them there.
        LlamaSystem.llama_backend_init();
        bool hasAssertions = OperatingSystem.IsWindows() && WindowsAssertions.TurnOff(directory);
        if (hasAssertions)
        {
            NativeLog.Warn($"The llama.cpp libraries in '{directory}' are a debug build, many times slower than an optimised one; LlamaRuntimeOptions.LibraryDirectory names another folder.");
        }

        return new NativeLibraryInfo(directory, version, Utf8.Read(LlamaSystem.llama_print_system_info()) ?? "") { IsDebugBuild = hasAssertions };
    }

    private static NativeLibraryException NotFound(LibraryLocator locator)
    {
        IReadOnlyList<string> others = LibraryLocator.FindOtherPlatforms();
        string cause = others.Count == 0
            ? "Add a package that brings it: dotnet add package LlamaNative.Backend.Cpu (every platform; Metal on Apple silicon), LlamaNative.Backend.Vulkan or LlamaNative.Backend.Cuda."
            : $"The application has libraries for {string.Join(", ", others)} only: publish it for {LibraryLocator.RuntimeIdentifier}, with the package LlamaNative.Backend.Cpu, which holds every platform's.";
        return new NativeLibraryException(
            $"The native llama.cpp library for {LibraryLocator.RuntimeIdentifier} was not found. {cause} Or name a folder with the libraries in "
            + $"LlamaRuntimeOptions.LibraryDirectory or in the environment variable {LibraryLocator.EnvironmentVariable}."
            + Paths(locator), locator.Tried, null);
    }

    private static string Advice(string? platform) => platform is not null && platform != LibraryLocator.RuntimeIdentifier
        ? $"It is a library for {platform}, and this process is {LibraryLocator.RuntimeIdentifier}: publish the application for {LibraryLocator.RuntimeIdentifier}, with the package LlamaNative.Backend.Cpu."
        : $"It needs a {LibraryLocator.RuntimeIdentifier} system with the C++ runtime and every library named above; install what is missing.";

    private static string Paths(LibraryLocator locator) =>
        Environment.NewLine + "Paths tried:" + string.Concat(locator.Tried.Distinct().Select(path => Environment.NewLine + "  " + path));
}
