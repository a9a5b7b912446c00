using LlamaNative.Gguf;

namespace LlamaNative.Contexts;

/// <summary>
/// The positions that a model has an embedding for. Some models look positions up in a table of the trained length, and the lookup fails
/// an assertion beyond its end (ggml_get_rows).
/// </summary>
internal static class PositionTable
{
    private const string Table = "position_embd.weight";

    /// <summary>Decoders with a table; MPT has one in some versions.</summary>
    private static readonly string[] s_decoders = ["gpt2", "starcoder", "mpt"];

    /// <summary>The number of positions; <see cref="int.MaxValue"/> without a table.</summary>
    /// <exception cref="ContextCreationException">The model's file is needed, but can no longer be read.</exception>
    public static int Length(LlamaModel model, bool isEncoder)
    {
        // Every encoder is limited: most have a table, and the others are not trained beyond it.
        return isEncoder || (s_decoders.Contains(model.Architecture) && HasTable(model)) ? Math.Max(model.ContextLength, 1) : int.MaxValue;
    }

    private static bool HasTable(LlamaModel model)
    {
        try
        {
            using GgufFile file = GgufFile.Open(model.Path);
            return file.Tensors.TryGet(Table, out _);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or GgufFormatException)
        {
            throw new ContextCreationException(
                $"The model's file is needed to check its table of positions, but can no longer be read: {error.Message}");
        }
    }
}
