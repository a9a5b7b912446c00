namespace LlamaNative.Models;

/// <summary>A model cannot be quantized with the given options. Nothing was written.</summary>
public sealed class ModelQuantizationException : LlamaException
{
    internal ModelQuantizationException(string path, string message)
        : base($"'{path}' cannot be quantized: {message}") => Path = path;

    /// <summary>The path of the model file.</summary>
    public string Path { get; }
}
