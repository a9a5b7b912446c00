namespace LlamaNative.Compute;

/// <summary>A model that cannot be quantized as asked. Nothing was written.</summary>
public sealed class ModelQuantizationException : LlamaException
{
    /// <summary>Creates the exception for a model file.</summary>
    public ModelQuantizationException(string path, string message)
        : base($"'{path}' cannot be quantized: {message}") => Path = path;

    /// <summary>The model file.</summary>
    public string Path { get; }
}
