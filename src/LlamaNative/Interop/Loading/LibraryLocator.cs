using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>Finds the folder of the native libraries and the file of each library, and records every path tried.</summary>
internal sealed class LibraryLocator
{
    /// <summary>The environment variable with the library folder, used if the option is not set.</summary>
    public const string EnvironmentVariable = "LLAMANATIVE_LIBRARY_DIR";

    // Stored in AppContext, which all copies of this assembly in the process share.
    private const string LoadedDirectory = "LlamaNative.LoadedDirectory";

    // The dot excludes LlamaNative.dll, because file names on Windows are case-insensitive.
    private const string NativeNames = "*llama.*";

    private readonly List<string> _tried = [];

    /// <summary>The paths tried, in order.</summary>
    public IReadOnlyList<string> Tried => _tried;

    /// <summary>The NuGet runtime identifier of the process, e.g. <c>linux-x64</c> or <c>linux-musl-x64</c>.</summary>
    public static string RuntimeIdentifier => IdentifierFor(IsMusl ? "linux-musl" : SystemName);

    /// <summary>The platform of the process as <see cref="LibraryPlatform"/> reports it, which does not know the C library.</summary>
    public static string Platform => IdentifierFor(SystemName);

    private static string SystemName => OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";

    // Alpine's own builds of .NET are named after the distribution.
    private static bool IsMusl => RuntimeInformation.RuntimeIdentifier is var name
        && (name.StartsWith("linux-musl", StringComparison.Ordinal) || name.StartsWith("alpine", StringComparison.Ordinal));

    /// <summary>
    /// The folder that this process has already loaded the library from. A plugin in another load context has its own copy of this
    /// assembly, but the native library must be loaded only once per process.
    /// </summary>
    public static string? SharedDirectory
    {
        get => AppContext.GetData(LoadedDirectory) as string;
        set => AppContext.SetData(LoadedDirectory, value);
    }

    /// <summary>
    /// Returns the first folder that contains the llama library. If the option or the environment variable is set, only that folder is
    /// searched, so that a mistyped path is reported as an error.
    /// </summary>
    public string? FindDirectory(string? optionDirectory)
    {
        string? named = !string.IsNullOrEmpty(optionDirectory) ? optionDirectory : Environment.GetEnvironmentVariable(EnvironmentVariable);
        foreach (string directory in string.IsNullOrEmpty(named) ? DefaultDirectories() : [Path.GetFullPath(named)])
        {
            if (FindFile(directory, NativeLibraries.Llama) is not null)
            {
                return directory;
            }
        }

        return null;
    }

    /// <summary>
    /// Returns the file of one library. The names <c>libllama.v0.4.0.so</c>, <c>libllama.so</c> and names with a GPU backend
    /// (<c>libllama.vulkan.v0.4.0.so</c>) are tried in this order.
    /// </summary>
    public string? FindFile(string directory, string library)
    {
        string prefix = OperatingSystem.IsWindows() ? library : "lib" + library;
        string suffix = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        _tried.Add(Path.Combine(directory, prefix + "*" + suffix));
        string plain = Path.Combine(directory, prefix);
        return Existing(plain + ".v" + PinnedRelease.Version + suffix) ?? Existing(plain + suffix)
            ?? FindVariant(directory, prefix, suffix);
    }

    private static string? Existing(string file) => File.Exists(file) ? file : null;

    private static string? FindVariant(string directory, string prefix, string suffix)
    {
        string? best = null;
        foreach (string file in Directory.Exists(directory) ? Directory.EnumerateFiles(directory, prefix + "*" + suffix) : [])
        {
            if (Path.GetFileName(file)[prefix.Length] == '.' && (best is null || IsBetter(file, best)))
            {
                best = file;
            }
        }

        return best;
    }

    private static bool IsBetter(string file, string other)
    {
        bool pinned = file.Contains(PinnedRelease.Version, StringComparison.Ordinal);
        return pinned != other.Contains(PinnedRelease.Version, StringComparison.Ordinal) ? pinned : string.CompareOrdinal(file, other) < 0;
    }

    /// <summary>
    /// Returns the other platforms whose libraries are in the searched folders, which happens when an application was published for another
    /// platform.
    /// </summary>
    public static IReadOnlyList<string> FindOtherPlatforms() =>
    [
        .. Roots().Where(Directory.Exists)
            .SelectMany(root => Directory.EnumerateFiles(root, NativeNames).Concat(InPackageLayout(root)))
            .Where(file => Path.GetExtension(file) is ".dll" or ".so" or ".dylib")
            .Select(LibraryPlatform.Of).OfType<string>()
            .Where(platform => platform != Platform)
            .Distinct().Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> InPackageLayout(string root)
    {
        string runtimes = Path.Combine(root, "runtimes");
        return Directory.Exists(runtimes) ? Directory.EnumerateFiles(runtimes, NativeNames, SearchOption.AllDirectories) : [];
    }

    private static string IdentifierFor(string system) =>
        system + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");

    /// <summary>
    /// The folders to search below those where an application and its packages can be. LLamaSharp's come last, because the libraries of
    /// this project's packages are preferred.
    /// </summary>
    internal static IEnumerable<string> Directories(IReadOnlyList<string> places)
    {
        string inPackage = Path.Combine("runtimes", RuntimeIdentifier, "native");
        return places.SelectMany(place => (string[])[place, Path.Combine(place, inPackage)])
            .Concat(places.SelectMany(place => LLamaSharpFolders.In(Path.Combine(place, inPackage))));
    }

    private static IEnumerable<string> DefaultDirectories()
    {
        // The host lists the native folders of the packages in the application's .deps.json, and the extraction folder of a single-file
        // application.
        string listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return Directories([.. Roots(), .. listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)]);
    }

    // A plugin's libraries are in the plugin's folder, not in the folder of the application that loads it.
    [UnconditionalSuppressMessage("SingleFile", "IL3000",
        Justification = "Empty in a single-file application, whose libraries are in the application's folder.")]
    private static IEnumerable<string> Roots()
    {
        string? own = Path.GetDirectoryName(typeof(LibraryLocator).Assembly.Location);
        if (!string.IsNullOrEmpty(own))
        {
            yield return own;
        }

        if (Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory) is var application && application != own)
        {
            yield return application;
        }
    }
}
