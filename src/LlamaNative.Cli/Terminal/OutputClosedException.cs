namespace LlamaNative.Cli.Terminal;

/// <summary>Standard output was closed by its reader.</summary>
internal sealed class OutputClosedException(IOException error) : Exception(error.Message, error);
