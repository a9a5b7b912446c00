using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>Reads default parameters from a library whose structs may differ from the declarations, before it is accepted.</summary>
internal static unsafe class NativeDefaults
{
    /// <summary>Calls a function without parameters that returns a struct; false if the library does not export it.</summary>
    public static bool TryRead<T>(nint library, string function, out T defaults)
        where T : unmanaged
    {
        if (!NativeLibrary.TryGetExport(library, function, out nint address))
        {
            defaults = default;
            return false;
        }

        // A larger struct is also returned through a hidden pointer; the spare bytes receive the excess.
        defaults = ((delegate* unmanaged[Cdecl]<WithSpare<T>>)address)().Value;
        return true;
    }

    [InlineArray(256)]
    private struct Spare
    {
        private byte _first;
    }

    private struct WithSpare<T>
        where T : unmanaged
    {
#pragma warning disable CS0169, CS0649, IDE0044, IDE0051 // written by the native side; the spare bytes are not read
        public T Value;
        private Spare _spare;
#pragma warning restore CS0169, CS0649, IDE0044, IDE0051
    }
}
