using LlamaNative.Gguf;
using LlamaNative.Models;
using Microsoft.Win32.SafeHandles;

namespace LlamaNative.Merging.Inputs;

/// <summary>An input model of a merge: its mapped header, and its files, opened for positioned reads.</summary>
/// <remarks>
/// Tensors are read instead of mapped, because mapped pages of all models would stay resident and count as used memory.
/// </remarks>
internal sealed class MergeModel : IDisposable
{
    private readonly SafeFileHandle[] _files;
    private readonly Dictionary<int, List<string>> _layers = [];

    private MergeModel(string name, int index, string path, GgufFile file)
    {
        Name = name;
        Index = index;
        Path = path;
        File = file;
        Architecture = Require("general.architecture").GetString();
        BlockCount = ReadBlockCount();
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            if (TensorNames.TrySplitLayer(tensor.Name, out int layer, out string? part))
            {
                (_layers.TryGetValue(layer, out List<string>? parts) ? parts : _layers[layer] = []).Add(part);
            }
        }

        _files = [.. file.Paths.Select(part => System.IO.File.OpenHandle(part, FileMode.Open, FileAccess.Read, FileShare.Read))];
    }

    /// <summary>The model's name in the recipe.</summary>
    public string Name { get; }

    /// <summary>The model's index in recipe order.</summary>
    public int Index { get; }

    public string Path { get; }

    public GgufFile File { get; }

    public string Architecture { get; }

    public int BlockCount { get; }

    public static MergeModel Open(string name, int index, string path, int? line)
    {
        GgufFile? file = null;
        try
        {
            file = GgufFile.Open(path);
            if (OtherGguf.Describe(file) is { } other)
            {
                throw new MergeException($"it is not a model, but {other}", path, line: line);
            }

            return new MergeModel(name, index, path, file);
        }
        catch (Exception error) when (error is GgufFormatException or IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new MergeException(error.Message, path, line: line, innerException: error);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Fills the buffer from the tensor's file, which may be one part of a split file.</summary>
    public void Read(GgufTensorInfo tensor, long offset, Span<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                int read = RandomAccess.Read(_files[tensor.Part], buffer, tensor.Offset + offset);
                if (read == 0)
                {
                    throw new MergeException("the file is truncated within this tensor", Path, tensor.Name);
                }

                offset += read;
                buffer = buffer[read..];
            }
        }
        catch (IOException error)
        {
            throw new MergeException(error.Message, Path, tensor.Name, innerException: error);
        }
    }

    public GgufTensorInfo? Find(string name) => File.Tensors.TryGet(name, out GgufTensorInfo? tensor) ? tensor : null;

    /// <summary>The tensor names of a layer, without the layer prefix.</summary>
    public IReadOnlyList<string> PartsOfLayer(int layer) => _layers.TryGetValue(layer, out List<string>? parts) ? parts : [];

    /// <summary>A metadata key with the model's architecture prefix, such as <c>llama.block_count</c>.</summary>
    public GgufValue? FindOwn(string key) => File.Metadata.TryGetValue($"{Architecture}.{key}", out GgufValue? value) ? value : null;

    public void Dispose()
    {
        Array.ForEach(_files, file => file.Dispose());
        File.Dispose();
    }

    private GgufValue Require(string key) =>
        File.Metadata.TryGetValue(key, out GgufValue? value)
            ? value
            : throw new MergeException($"the file has no metadata key '{key}'", Path);

    private int ReadBlockCount()
    {
        long count = Require($"{Architecture}.block_count").GetInteger();
        return count is > 0 and <= 4096
            ? (int)count
            : throw new MergeException($"the model has {count} layers; supported are 1 to 4096", Path);
    }
}
