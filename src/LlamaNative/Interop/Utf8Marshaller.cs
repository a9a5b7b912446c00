using System.Runtime.CompilerServices;
using System.Runtime.InteropServices.Marshalling;
using LlamaNative.Platform;

namespace LlamaNative.Interop;

/// <summary>Hands a string to an import as <see cref="Utf8"/> makes it, pinned for the call; null stays null.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(Utf8Marshaller))]
internal unsafe ref struct Utf8Marshaller
{
    private byte[]? _bytes;

    public void FromManaged(string? text) => _bytes = text is null ? null : Utf8.ZeroTerminated(text);

    public readonly ref byte GetPinnableReference() => ref _bytes is null ? ref Unsafe.NullRef<byte>() : ref _bytes[0];

    public readonly byte* ToUnmanaged() => (byte*)Unsafe.AsPointer(ref GetPinnableReference());

    public readonly void Free()
    {
        // The bytes are the collector's.
    }
}
