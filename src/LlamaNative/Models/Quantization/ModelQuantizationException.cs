namespace LlamaNative.Models;

/// <summary>A model that cannot be quantized as asked. Nothing was written.</summary>
public sealed class ModelQuantizationException : LlamaException
{
    internal ModelQuantizationException(string path, string message)
        : base($"'{path}' cannot be quantized: {message}") => Path = path;

    /// <summary>The model file.</summary>
    public string Path { get; }
}
