namespace LlamaNative;

/// <summary>How some of the native libraries were built, as recorded beside them.</summary>
/// <param name="Files">The file names of the libraries.</param>
/// <param name="Source">The release and commit of the source.</param>
/// <param name="Compiler">The compiler and its version.</param>
/// <param name="Flags">The CMake settings, each as <c>NAME=VALUE</c>.</param>
public sealed record NativeBuild(IReadOnlyList<string> Files, string Source, string Compiler, IReadOnlyList<string> Flags);
