using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>Finds the folder with the native libraries and the file of each; remembers every path it tried.</summary>
internal sealed class LibraryLocator
{
    /// <summary>Names the folder when no option does.</summary>
    public const string EnvironmentVariable = "LLAMANATIVE_LIBRARY_DIR";

    // Read and set through AppContext, which every copy of this assembly in the process shares.
    private const string LoadedDirectory = "LlamaNative.LoadedDirectory";

    // With the dot, for Windows takes no notice of case, and LlamaNative.dll is no such library.
    private const string NativeNames = "*llama.*";

    private readonly List<string> _tried = [];

    /// <summary>Every path looked at, in order.</summary>
    public IReadOnlyList<string> Tried => _tried;

    /// <summary>The platform in NuGet's terms, e.g. <c>linux-x64</c>.</summary>
    public static string RuntimeIdentifier
    {
        get
        {
            string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            string architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
            return $"{system}-{architecture}";
        }
    }

    /// <summary>
    /// Where this process has loaded the library from already. A plugin in a load context of its own has its own copy of
    /// this assembly, but the native library must not come into a process twice.
    /// </summary>
    public static string? SharedDirectory
    {
        get => AppContext.GetData(LoadedDirectory) as string;
        set => AppContext.SetData(LoadedDirectory, value);
    }

    /// <summary>
    /// The first folder that holds the llama library. A folder named by option or environment is the only one
    /// looked at, so that a mistyped path is an error and not a surprise.
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
    /// The file of one library. Releases name it <c>libllama.v0.4.0.so</c> or <c>libllama.so</c>, or with the GPU
    /// backend between (<c>libllama.vulkan.v0.4.0.so</c>); they are looked for in this order.
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
    /// The platforms for which libraries lie where this platform's were looked for: what an application has that was
    /// published for another machine.
    /// </summary>
    public static IReadOnlyList<string> FindOtherPlatforms() =>
    [
        .. Roots().Where(Directory.Exists)
            .SelectMany(root => Directory.EnumerateFiles(root, NativeNames).Concat(InPackageLayout(root)))
            .Where(file => Path.GetExtension(file) is ".dll" or ".so" or ".dylib")
            .Select(LibraryPlatform.Of).OfType<string>()
            .Where(platform => platform != RuntimeIdentifier)
            .Distinct().Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> InPackageLayout(string root)
    {
        string runtimes = Path.Combine(root, "runtimes");
        return Directory.Exists(runtimes) ? Directory.EnumerateFiles(runtimes, NativeNames, SearchOption.AllDirectories) : [];
    }

    private static IEnumerable<string> DefaultDirectories()
    {
        string inPackage = Path.Combine("runtimes", RuntimeIdentifier, "native");
        foreach (string root in Roots())
        {
            yield return Path.Combine(root, inPackage);
            yield return root;
        }

        // The host lists here the native folders of the packages in the application's .deps.json, and the folder
        // that a single-file application was extracted to.
        string listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (string directory in listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return directory;
            yield return Path.Combine(directory, inPackage);
        }
    }

    // A plugin has its libraries beside itself and not beside the application that loads it.
    [UnconditionalSuppressMessage("SingleFile", "IL3000",
        Justification = "Empty in a single-file application, which has them beside itself.")]
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
