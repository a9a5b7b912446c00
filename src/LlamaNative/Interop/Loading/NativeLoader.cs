using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Loads the native libraries once and resolves imports to their files. Its state is process-wide because a native library has process-wide
/// state and can be initialised only once. The library is never unloaded, so that finalizers can call it at any time.
/// </summary>
internal static class NativeLoader
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<string, nint> s_handles = [];
    private static NativeLibraryInfo? s_loaded;

    public static bool IsLoaded => Volatile.Read(ref s_loaded) is not null;

    public static NativeLibraryInfo Load(LlamaRuntimeOptions? options)
    {
        OptionCheck.NotEmpty(options?.LibraryDirectory);
        if (options?.Logger is { } logger && !NativeLog.TrySetRuntimeLogger(logger))
        {
            throw OptionCheck.Invalid(
                "The native library already logs to another logger, which cannot be replaced. Use ModelOptions.Logger to log a model "
                + "elsewhere.",
                nameof(LlamaRuntimeOptions.Logger));
        }

        NativeLibraryInfo info = Volatile.Read(ref s_loaded) ?? LoadOnce(options ?? new LlamaRuntimeOptions());
        if (options?.LibraryDirectory is { } wanted && !FilePaths.AreSame(wanted, info.Directory))
        {
            throw new NativeLibraryException(
                $"The native library is already loaded from '{info.Directory}' and cannot be loaded again from '{wanted}'. "
                + "Call LlamaRuntime.Load with that folder before any other use of the library.");
        }

        return info;
    }

    private static NativeLibraryInfo LoadOnce(LlamaRuntimeOptions options)
    {
        lock (s_gate)
        {
            if (s_loaded is not null)
            {
                return s_loaded;
            }

            var locator = new LibraryLocator();
            string directory = LibraryLocator.SharedDirectory ?? ChooseDirectory(locator, options);
            var handles = new Dictionary<string, nint>();
            NativeVersion version;
            try
            {
                OpenLibraries(locator, directory, handles);

                // Validated through function pointers, because an import stays bound to the first library it resolves to.
                version = NativeVersion.Read(handles[NativeLibraries.Llama], handles[NativeLibraries.GgmlBase]);
                ReleaseProfile.Loaded = AbiGuard.Recognise(handles[NativeLibraries.Llama], version, directory);
            }
            catch (NativeLibraryException)
            {
                // Otherwise libraries of another folder, tried next, would be bound to these.
                foreach (nint handle in handles.Values.Reverse())
                {
                    NativeLibrary.Free(handle);
                }

                throw;
            }

            Publish(handles);
            LibraryLocator.SharedDirectory = directory;
            return s_loaded = Initialize(directory, ReleaseProfile.Loaded.VersionOf(version));
        }
    }

    private static string ChooseDirectory(LibraryLocator locator, LlamaRuntimeOptions options)
    {
        IReadOnlyList<string> present = LoadedLibraries.Find();
        string? shared = options.UseLoadedLibrary
            ? Path.GetDirectoryName(present.FirstOrDefault(file => LoadedLibraries.IsNamed(file, NativeLibraries.Llama)))
            : null;
        string directory = shared ?? locator.FindDirectory(options.LibraryDirectory) ?? throw NotFound(locator);
        string[] foreign = [.. present.Where(file => !FilePaths.AreSame(Path.GetDirectoryName(file)!, directory))];
        return foreign.Length == 0 ? directory : throw AlreadyPresent(foreign, directory);
    }

    private static void OpenLibraries(LibraryLocator locator, string directory, Dictionary<string, nint> handles)
    {
        foreach (string library in NativeLibraries.InLoadOrder)
        {
            string file = locator.FindFile(directory, library)
                ?? throw new NativeLibraryException(
                    $"The folder '{directory}' contains the llama library but not the library '{library}' that it requires. "
                    + "Keep all files of a native package together." + Paths(locator), locator.Tried, null);
            handles[library] = Open(file, locator);

            // ggml is linked to it, and finds it under its name if it is already loaded.
            if (library == NativeLibraries.GgmlBase && LLamaSharpFolders.FindCpuBackend(locator, directory) is { } cpu)
            {
                handles[LLamaSharpFolders.CpuBackend] = Open(cpu, locator);
            }
        }
    }

    private static nint Open(string file, LibraryLocator locator)
    {
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw new NativeLibraryException(
                $"The native library '{file}' cannot be loaded: {error.Message.Trim()}{Environment.NewLine}"
                + Advice(LibraryPlatform.Of(file)) + Paths(locator), locator.Tried, error);
        }
    }

    private static void Publish(Dictionary<string, nint> handles)
    {
        foreach ((string library, nint handle) in handles)
        {
            s_handles[library] = handle;
        }

        NativeLibrary.SetDllImportResolver(typeof(NativeLoader).Assembly,
            static (name, _, _) => s_handles.TryGetValue(name, out nint handle) ? handle : 0);
    }

    private static unsafe NativeLibraryInfo Initialize(string directory, string version)
    {
        NativeLog.Attach();

        // ggml loads the best CPU backend for the processor, and every GPU backend with a working driver. Libraries that are linked to
        // their backends, or were in use before, have registered them already.
        if (!HasCpu())
        {
            GgmlDevices.ggml_backend_load_all_from_path(directory);
        }

        if (!HasCpu())
        {
            throw new NativeLibraryException(
                $"The folder '{directory}' contains no CPU backend (ggml-cpu-*) for this processor. "
                + "Keep all files of a native package together." + NativeLog.Tail());
        }

        // Called only now, because without a backend it would load untrusted files from the executable's and the current folder.
        LlamaSystem.llama_backend_init();
        return new NativeLibraryInfo(directory, version, NativeText.Read(LlamaSystem.llama_print_system_info()) ?? "");
    }

    private static bool HasCpu() => GgmlDevices.ggml_backend_dev_by_type(GgmlBackendDevType.Cpu) != 0;

    private static NativeLibraryException AlreadyPresent(IReadOnlyList<string> files, string directory) => new(
        "Something else in this process, such as LLamaSharp, has already loaded llama.cpp or ggml:"
        + string.Concat(files.Select(file => Environment.NewLine + "  " + file)) + Environment.NewLine
        + $"The libraries in '{directory}' have the same names and would be mixed with them. Set LlamaRuntimeOptions.UseLoadedLibrary to "
        + "use the loaded ones, if they are of a release that LlamaNative runs on: "
        + string.Join(" or ", ReleaseProfile.All.Select(release => release.Name)) + ". Otherwise use only one of the two in a process.");

    private static NativeLibraryException NotFound(LibraryLocator locator)
    {
        IReadOnlyList<string> others = LibraryLocator.FindOtherPlatforms();
        string cause = others.Count == 0
            ? "Add a package that contains it: dotnet add package LlamaNative.Backend.Cpu (every platform; Metal on Apple silicon), "
                + "LlamaNative.Backend.Vulkan or LlamaNative.Backend.Cuda."
            : $"The application contains libraries for {string.Join(", ", others)} only: publish it for "
                + $"{LibraryLocator.RuntimeIdentifier} with the package LlamaNative.Backend.Cpu, which supports every platform.";
        return new NativeLibraryException(
            $"The native llama.cpp library for {LibraryLocator.RuntimeIdentifier} was not found. {cause} Alternatively, specify a folder "
            + $"with the libraries in LlamaRuntimeOptions.LibraryDirectory or in the environment variable "
            + $"{LibraryLocator.EnvironmentVariable}."
            + Paths(locator), locator.Tried, null);
    }

    private static string Advice(string? platform) => platform is not null && platform != LibraryLocator.Platform
        ? $"The library is for {platform}, but this process is {LibraryLocator.RuntimeIdentifier}: publish the application for "
            + $"{LibraryLocator.RuntimeIdentifier} with the package LlamaNative.Backend.Cpu."
        : $"It requires a {LibraryLocator.RuntimeIdentifier} system with the C++ runtime and the libraries named above; install the "
            + $"missing ones.";

    private static string Paths(LibraryLocator locator) =>
        Environment.NewLine + "Paths tried:" + string.Concat(locator.Tried.Distinct().Select(path => Environment.NewLine + "  " + path));
}
