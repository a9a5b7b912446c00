using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace Llama3FromScratch.Model;

/// <summary>
/// The keys and values of all tokens in each layer, so that nothing is computed twice. Each layer has one block of memory; a
/// forward pass writes the cells of its own tokens and reads the others through views.
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

        // Values are stored transposed, with a row for each coordinate and a column for each token: attention sums over
        // tokens, and a product runs along rows. They are written element by element, hence rows of one.
        _values = [.. Enumerable.Range(0, shape.Layers).Select(_ => _arena.NewTensor(GgmlType.F32, 1, (long)cells * shape.KeyWidth))];
        _arena.Allocate(backend);
    }

    /// <summary>The capacity in tokens.</summary>
    public int Cells { get; }

    /// <summary>
    /// Writes the keys of new tokens and returns a view of the keys of the first <paramref name="visible"/> tokens, by head:
    /// ne [head width, visible, key heads].
    /// </summary>
    public GgmlTensor Keys(TensorArena g, int layer, GgmlTensor newKeys, GgmlTensor places, int visible)
    {
        GgmlTensor all = g.SetRows(_keys[layer], newKeys, places);
        return g.View(all, new TensorShape(_shape.HeadWidth, visible, _shape.KeyHeads),
            [_shape.KeyWidth * sizeof(float), _shape.HeadWidth * sizeof(float)], 0);
    }

    /// <summary>
    /// Writes the values of new tokens and returns a view of the values of the first <paramref name="visible"/> tokens, by
    /// coordinate: ne [visible, head width, key heads].
    /// </summary>
    public GgmlTensor Values(TensorArena g, int layer, GgmlTensor newValues, GgmlTensor places, int visible)
    {
        GgmlTensor all = g.SetRows(_values[layer], g.Reshape(newValues, 1, newValues.Shape.ElementCount), places);
        long row = (long)Cells * sizeof(float);
        return g.View(all, new TensorShape(visible, _shape.HeadWidth, _shape.KeyHeads), [row, row * _shape.HeadWidth], 0);
    }

    /// <summary>The positions of a token's value coordinates, one for each.</summary>
    public void PlaceValues(int position, Span<int> places)
    {
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = (i * Cells) + position;
        }
    }

    public void Dispose() => _arena.Dispose();
}
