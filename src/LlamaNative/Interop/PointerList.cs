namespace LlamaNative.Interop;

/// <summary>A few native addresses. A <see cref="List{T}"/> of them is compiled when it is first used, which loading a model would wait for.</summary>
internal sealed class PointerList
{
    private nint[] _items = new nint[4];
    private int _count;

    public ReadOnlySpan<nint> Items => new(_items, 0, _count);

    public void Add(nint pointer)
    {
        if (_count == _items.Length)
        {
            nint[] larger = new nint[2 * _count];
            Items.CopyTo(larger);
            _items = larger;
        }

        _items[_count++] = pointer;
    }
}
