using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace Llama3FromScratch.Model;

/// <summary>
/// What every token left behind for those after it: its key and value in each layer, so that nothing is computed twice.
/// One block of memory per layer; a forward pass writes its own tokens' places and looks at the rest through views.
/// </summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly TensorArena _arena;
    private readonly LlamaShape _shape;
    private readonly GgmlTensor[] _keys;
    private readonly GgmlTensor[] _values;

    public KeyValueCache(LlamaShape shape, int cells, Backend backend)
    {
        _shape = shape;
        Cells = cells;
        _arena = new TensorArena((shape.Layers * 2) + 1);
        _keys = [.. Enumerable.Range(0, shape.Layers).Select(_ => _arena.NewTensor(GgmlType.F32, shape.KeyWidth, cells))];

        // Values are kept the other way round, a row for each coordinate and a column for each token: attention adds
        // up over tokens, and a product runs along rows. Written one element at a time, hence rows of one.
        _values = [.. Enumerable.Range(0, shape.Layers).Select(_ => _arena.NewTensor(GgmlType.F32, 1, (long)cells * shape.KeyWidth))];
        _arena.Allocate(backend);
    }

    /// <summary>The tokens there is room for.</summary>
    public int Cells { get; }

    /// <summary>
    /// Writes the keys of new tokens and shows those of the first <paramref name="visible"/> tokens, head by head: ne [head width, visible,
    /// key heads].
    /// </summary>
    public GgmlTensor Keys(TensorArena g, int layer, GgmlTensor newKeys, GgmlTensor places, int visible)
    {
        GgmlTensor all = g.SetRows(_keys[layer], newKeys, places);
        return g.View(all, new TensorShape(_shape.HeadWidth, visible, _shape.KeyHeads),
            [_shape.KeyWidth * sizeof(float), _shape.HeadWidth * sizeof(float)], 0);
    }

    /// <summary>
    /// Writes the values of new tokens and shows those of the first <paramref name="visible"/> tokens, coordinate by coordinate: ne
    /// [visible, head width, key heads].
    /// </summary>
    public GgmlTensor Values(TensorArena g, int layer, GgmlTensor newValues, GgmlTensor places, int visible)
    {
        GgmlTensor all = g.SetRows(_values[layer], g.Reshape(newValues, 1, newValues.Shape.ElementCount), places);
        long row = (long)Cells * sizeof(float);
        return g.View(all, new TensorShape(visible, _shape.HeadWidth, _shape.KeyHeads), [row, row * _shape.HeadWidth], 0);
    }

    /// <summary>Where the value coordinates of a token go: one place for each.</summary>
    public void PlaceValues(int position, Span<int> places)
    {
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = (i * Cells) + position;
        }
    }

    public void Dispose() => _arena.Dispose();
}
