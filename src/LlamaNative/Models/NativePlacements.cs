using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using LlamaNative.Interop;

namespace LlamaNative.Models;

/// <summary>Tensor placements as the native side takes them: pairs of pattern and buffer type, ended by an empty one. Freed after loading.</summary>
internal sealed unsafe class NativePlacements : IDisposable
{
    private readonly llama_model_tensor_buft_override[] _overrides;

    /// <summary>The longest pattern: the native compiler of regular expressions recurses as deep as a pattern is nested.</summary>
    private const int MaxPatternLength = 1024;

    /// <exception cref="ArgumentException">A pattern is empty, too long, or no regular expression.</exception>
    /// <exception cref="ModelLoadException">There is no such device.</exception>
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

    /// <summary>The pairs.</summary>
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
                $"The pattern '{pattern}' of a tensor placement has not 1 to {MaxPatternLength} characters, or holds NUL.", Option);
        }

        try
        {
            _ = new Regex(pattern, RegexOptions.ECMAScript);
        }
        catch (ArgumentException error)
        {
            throw OptionCheck.Invalid($"A tensor placement's pattern is not a regular expression: {error.Message}", Option, error);
        }
    }

    private static nint BufferType(string path, string device)
    {
        nint found = GgmlDevices.ggml_backend_dev_by_name(device);
        return found != 0
            ? GgmlDevices.ggml_backend_dev_buffer_type(found)
            : throw new ModelLoadException(path,
                $"Tensors of '{path}' were asked onto the device '{device}', which is not there; there are {string.Join(", ", LlamaRuntime.GetDevices().Select(there => there.Name))}.");
    }
}
