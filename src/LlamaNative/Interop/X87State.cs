using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>
/// Tells the processor that a thread does not use the x87 unit, which costs AVX code registers: on AMD's Zen, ggml's products
/// with Q8_0 and Q4_0 weights take 2 to 3 % longer while the unit counts as used. In every .NET process it does: libhostfxr
/// divides with it once, and threads inherit the state of the thread that starts them. A C program that calls that library,
/// and nothing else of .NET, becomes as much slower.
/// </summary>
/// <remarks>
/// Only XRSTOR says that a unit is in its initial state again (FNINIT sets the same values, but they count as used), and no
/// function of the system executes it for its caller. AMD64 Architecture Programmer's Manual, volume 4, XRSTOR; XGETBV with
/// ECX = 1 reads what is in use.
/// </remarks>
internal static unsafe class X87State
{
    private const int AreaOffset = 1024; // of the zeros in the page, aligned to 64 bytes as XRSTOR wants: a header that says "all initial"

    private static readonly byte* Page = Supported() ? MachineCode.Place(Code) : null;

    /// <summary>Whether there is anything to do on this processor, and it may be done.</summary>
    public static bool IsReleasable => Page is not null;

    // void release(void* area): nothing happens where the unit is not in use, or its control word is not the usual one.
    private static ReadOnlySpan<byte> Code =>
    [
        0xB9, 0x01, 0x00, 0x00, 0x00,             // mov ecx, 1
        0x0F, 0x01, 0xD0,                         // xgetbv
        0xA8, 0x01,                               // test al, 1
        0x74, 0x17,                               // jz end
        0xD9, 0x7C, 0x24, 0xF8,                   // fnstcw [rsp - 8]
        0x66, 0x81, 0x7C, 0x24, 0xF8, 0x7F, 0x03, // cmp word ptr [rsp - 8], 0x37F
        0x75, 0x0A,                               // jne end
        0xB8, 0x01, 0x00, 0x00, 0x00,             // mov eax, 1: the x87 unit only
        0x31, 0xD2,                               // xor edx, edx
        0x0F, 0xAE, 0x2F,                         // xrstor [rdi]
        0xC3,                                     // end: ret
    ];

    /// <summary>Releases it on the calling thread, which is to compute, or to start threads that do.</summary>
    public static void Release()
    {
        if (Page is not null)
        {
            ((delegate* unmanaged<byte*, void>)Page)(Page + AreaOffset);
        }
    }

    /// <summary>AMD processors (and Hygon's, the same cores) with XSAVE and the XGETBV that tells what is in use.</summary>
    private static bool Supported()
    {
        const int Auth = 0x68747541; // "AuthenticAMD", "HygonGenuine": the first four letters
        const int Hygo = 0x6F677948;
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return false;
        }

        Cpuid.Registers processor = Cpuid.Read(0);
        return processor.Ebx is Auth or Hygo
            && processor.Eax >= 0xD
            && (Cpuid.Read(1).Ecx >> 27 & 1) != 0 // OSXSAVE
            && (Cpuid.Read(0xD, 1).Eax >> 2 & 1) != 0; // XGETBV with ECX = 1
    }
}
