using System.Text;

namespace LlamaNative.Merging;

/// <summary>
/// A merge failed: an invalid recipe, incompatible models, non-finite numbers, or an I/O error. The exception names the file,
/// tensor and recipe line, where known.
/// </summary>
public sealed class MergeException : LlamaException
{
    // The message without the place, so that a place can be added later without repeating what is known.
    private readonly string _reason;

    internal MergeException(string message, string? file = null, string? tensor = null, int? line = null, Exception? innerException = null)
        : base(Describe(message, file, tensor, line), innerException)
    {
        _reason = message;
        File = file;
        Tensor = tensor;
        Line = line;
    }

    /// <summary>The file of the error, or null: a model, the recipe or the output.</summary>
    public string? File { get; }

    /// <summary>The GGUF name of the tensor, or null.</summary>
    public string? Tensor { get; }

    /// <summary>The recipe line, counted from 1, or null.</summary>
    public int? Line { get; }

    /// <summary>The same error with its file and tensor.</summary>
    internal MergeException At(string? file, string? tensor) => new(_reason, file, tensor, Line, InnerException ?? this);

    private static string Describe(string message, string? file, string? tensor, int? line)
    {
        var text = new StringBuilder();

        // The errors of a GGUF file begin with its path.
        if (file is not null && !message.StartsWith(file + ": ", StringComparison.Ordinal))
        {
            text.Append(file).Append(": ");
        }

        if (tensor is not null)
        {
            text.Append('\'').Append(tensor).Append("': ");
        }

        text.Append(message);
        return line is null ? text.ToString() : text.Append(" (line ").Append(line).Append(" of the recipe)").ToString();
    }
}
