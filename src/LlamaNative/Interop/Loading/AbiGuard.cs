namespace LlamaNative.Interop;

/// <summary>
/// Accepts only the libraries of a supported release, before a struct is passed by value: their versions must be those of the release, and
/// their default parameters must have its values. A test compares the pinned release's struct layouts with the compiler's report in
/// native/abi.
/// </summary>
internal static class AbiGuard
{
    /// <summary>Returns the release of the libraries.</summary>
    /// <exception cref="NativeLibraryException">They are not of a supported release.</exception>
    public static ReleaseProfile Recognise(nint llama, NativeVersion version, string directory)
    {
        ReleaseProfile release = ReleaseProfile.All.FirstOrDefault(release => release.Matches(version))
            ?? throw Incompatible(directory, $"They are {version}.");
        return release.FindDifference(llama) is not { } function
            ? release
            : throw Incompatible(directory, $"They are {version}, but {function} does not return the values of {release.Name}.");
    }

    private static NativeLibraryException Incompatible(string directory, string found) => new(
        $"The native libraries in '{directory}' are not compatible. {found} LlamaNative runs on "
        + $"{string.Join(" and ", ReleaseProfile.All.Select(release => release.Name))}. Use the package LlamaNative.Backend.Cpu of the "
        + "same version as LlamaNative, and keep all files of a native package together.");
}
