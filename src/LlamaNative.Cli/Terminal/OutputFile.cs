namespace LlamaNative.Cli.Terminal;

/// <summary>Writes text files.</summary>
internal static class OutputFile
{
    /// <summary>Writes a file in UTF-8. An existing one is replaced only after the new one is complete.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, string text)
    {
        string full = Path.GetFullPath(path);
        string temporary = full + ".tmp";
        FileStream file = FilePaths.CreateTemporary(path, temporary, FileMode.Create);
        try
        {
            using (var writer = new StreamWriter(file)) // without a byte order mark
            {
                writer.Write(text);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (IOException error)
        {
            throw FilePaths.NotWritten(path, temporary, error);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
