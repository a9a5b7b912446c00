namespace LlamaNative.Architecture.Tests;

/// <summary>One source file of an assembly.</summary>
/// <param name="Path">Its path inside the assembly's folder, with <c>/</c>; for a linked file the path that it is shown under.</param>
/// <param name="Text">The source.</param>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>Its parent folders, outermost first.</summary>
    public IReadOnlyList<string> Folders { get; } = Path.Split('/')[..^1];

    /// <summary>The folder's path, ending in <c>/</c>; empty for files directly in the assembly's folder.</summary>
    public string Folder => string.Concat(Folders.Select(folder => folder + "/"));

    /// <summary>Lines of the file, blank ones and comments included.</summary>
    public int Lines => Text.Count(character => character == '\n');
}

/// <summary>An assembly as its project declares it.</summary>
/// <param name="Name">The project's name.</param>
/// <param name="Files">Every file that is compiled, except for generated ones.</param>
/// <param name="References">The names of the assemblies of src that it refers to directly.</param>
/// <param name="Friends">The assemblies that see its internal types.</param>
/// <param name="IsExecutable">Whether it has an entry point.</param>
internal sealed record SourceAssembly(
    string Name,
    IReadOnlyList<SourceFile> Files,
    IReadOnlyList<string> References,
    IReadOnlyList<string> Friends,
    bool IsExecutable);
