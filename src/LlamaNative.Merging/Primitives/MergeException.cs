using System.Text;

namespace LlamaNative.Merging;

/// <summary>
/// A merge that cannot be done: a recipe that says something impossible, models that do not fit, numbers that are none,
/// a disk that is full. Names the file, the tensor and the line of the recipe, as far as there are any.
/// </summary>
public sealed class MergeException : LlamaException
{
    /// <summary>Creates the error with its place, as far as known.</summary>
    public MergeException(string message, string? file = null, string? tensor = null, int? line = null, Exception? innerException = null)
        : base(Describe(message, file, tensor, line), innerException)
    {
        File = file;
        Tensor = tensor;
        Line = line;
    }

    /// <summary>The file concerned: a model, the recipe or the output.</summary>
    public string? File { get; }

    /// <summary>The tensor concerned, by its GGUF name.</summary>
    public string? Tensor { get; }

    /// <summary>The line of the recipe concerned, counted from 1.</summary>
    public int? Line { get; }

    private static string Describe(string message, string? file, string? tensor, int? line)
    {
        var text = new StringBuilder();
        if (file is not null)
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
