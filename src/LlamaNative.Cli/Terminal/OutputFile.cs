using System.Text;

namespace LlamaNative.Cli.Terminal;

/// <summary>Writes text files.</summary>
internal static class OutputFile
{
    /// <summary>Writes a file in UTF-8. An existing one is replaced only after the new one is complete.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, string text)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}' cannot be written: it is a folder.");
        }

        string full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is { } folder && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"'{path}' cannot be written: the folder '{folder}' does not exist.");
        }

        FilePaths.RequireReplaceable(path);
        string temporary = full + ".tmp";
        try
        {
            File.WriteAllText(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(temporary, full, overwrite: true);
        }
        catch (IOException error)
        {
            throw new IOException($"'{path}' cannot be written: {error.Message.Replace(temporary, path, StringComparison.Ordinal)}", error);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
