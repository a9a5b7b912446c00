using LlamaNative.Platform;

namespace LlamaNative.Interop;

/// <summary>A page of instructions, for what no function of the system does. It is never writable and executable at once.</summary>
internal static unsafe class MachineCode
{
    private const int Read = 1; // PROT_READ, PROT_WRITE, PROT_EXEC; MAP_PRIVATE | MAP_ANONYMOUS: the same on every Linux but Alpha and MIPS
    private const int Write = 2;
    private const int Execute = 4;
    private const int PrivateAnonymous = 0x22;

    /// <summary>
    /// Puts instructions at the beginning of a page of their own, zeros behind them, and returns its address; it stays as long
    /// as the process. Null where there is no Linux, or a policy forbids new code.
    /// </summary>
    public static byte* Place(ReadOnlySpan<byte> code)
    {
        nint mmap = LibC.Find("mmap");
        nint mprotect = LibC.Find("mprotect");
        if (mmap == 0 || mprotect == 0 || code.Length > Environment.SystemPageSize)
        {
            return null;
        }

        nuint size = (nuint)Environment.SystemPageSize;
        byte* page = ((delegate* unmanaged<byte*, nuint, int, int, int, long, byte*>)mmap)(null, size, Read | Write, PrivateAnonymous, -1, 0);
        if ((nint)page == -1)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(page, code.Length));
        return ((delegate* unmanaged<byte*, nuint, int, int>)mprotect)(page, size, Read | Execute) == 0 ? page : null;
    }
}
