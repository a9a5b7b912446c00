namespace LlamaNative.Cli.Bench;

/// <summary>A command to compare with could not be started, failed, or printed nothing that can be compared.</summary>
internal sealed class PeerException(string command, string reason, Exception? innerException = null)
    : LlamaException($"The command '{command}' {reason}", innerException);
