using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using LlamaNative.Interop;

namespace LlamaNative.Models;

/// <summary>
/// Tensor placements in native format: pairs of pattern and buffer type, terminated by an empty pair. Freed after loading.
/// </summary>
internal sealed unsafe class NativePlacements : IDisposable
{
    private readonly llama_model_tensor_buft_override[] _overrides;

    /// <summary>The maximum length of a pattern, because the native regular expression compiler recurses for each nesting level.</summary>
    private const int MaxPatternLength = 1024;

    /// <exception cref="ArgumentException">A pattern is empty, too long, or not a valid regular expression.</exception>
    /// <exception cref="ModelLoadException">A device does not exist.</exception>
    public NativePlacements(string path, IReadOnlyList<TensorPlacement> placements)
    {
        foreach (TensorPlacement placement in placements)
        {
            CheckPattern(placement.Pattern);
        }

        nint[] types = [.. placements.Select(placement => BufferType(path, placement.Device))];
        _overrides = new llama_model_tensor_buft_override[placements.Count + 1];
        for (int i = 0; i < placements.Count; i++)
        {
            _overrides[i].pattern = (byte*)Marshal.StringToCoTaskMemUTF8(placements[i].Pattern);
            _overrides[i].buft = types[i];
        }
    }

    /// <summary>The native array.</summary>
    public llama_model_tensor_buft_override[] Overrides => _overrides;

    public void Dispose()
    {
        foreach (llama_model_tensor_buft_override entry in _overrides)
        {
            Marshal.FreeCoTaskMem((nint)entry.pattern);
        }
    }

    private static void CheckPattern(string pattern)
    {
        const string Option = nameof(ModelOptions.TensorPlacements);
        if (pattern is not { Length: > 0 and <= MaxPatternLength } || pattern.Contains('\0', StringComparison.Ordinal))
        {
            throw OptionCheck.Invalid(
                $"The pattern '{pattern}' of a tensor placement must have 1 to {MaxPatternLength} characters and contain no NUL.", Option);
        }

        try
        {
            _ = new Regex(pattern, RegexOptions.ECMAScript);
        }
        catch (ArgumentException error)
        {
            throw OptionCheck.Invalid($"TensorPlacements has a pattern that is not a regular expression: {error.Message}", Option, error);
        }
    }

    private static nint BufferType(string path, string device)
    {
        nint found = GgmlDevices.ggml_backend_dev_by_name(device);
        return found != 0
            ? GgmlDevices.ggml_backend_dev_buffer_type(found)
            : throw new ModelLoadException(path,
                $"TensorPlacements for '{path}' names the device '{device}', which does not exist. The available devices are "
                + $"{string.Join(", ", LlamaRuntime.GetDevices().Select(there => there.Name))}.");
    }
}
