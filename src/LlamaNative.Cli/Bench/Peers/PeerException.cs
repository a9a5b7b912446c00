namespace LlamaNative.Cli.Bench;

/// <summary>A command to compare with could not be started, failed, or printed no usable speeds.</summary>
internal sealed class PeerException(string command, string reason, Exception? innerException = null)
    : LlamaException($"The command '{command}' {reason}", innerException);
