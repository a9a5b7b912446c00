using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace LlamaNative.Interop;

/// <summary>
/// What the processor says of itself. Under Linux the instruction is executed from a page of our own: .NET's call for it cannot
/// be compiled ahead and makes the runtime load its compiler, 2 ms on the way to the first token.
/// </summary>
internal static unsafe class Cpuid
{
    private static readonly byte* Page =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 ? MachineCode.Place(Code) : null;

    // void cpuid(int leaf, int subleaf, int* registers)
    private static ReadOnlySpan<byte> Code =>
    [
        0x53,                   // push rbx: the caller's
        0x49, 0x89, 0xD0,       // mov r8, rdx
        0x89, 0xF8,             // mov eax, edi
        0x89, 0xF1,             // mov ecx, esi
        0x0F, 0xA2,             // cpuid
        0x41, 0x89, 0x00,       // mov [r8], eax
        0x41, 0x89, 0x58, 0x04, // mov [r8 + 4], ebx
        0x41, 0x89, 0x48, 0x08, // mov [r8 + 8], ecx
        0x41, 0x89, 0x50, 0x0C, // mov [r8 + 12], edx
        0x5B,                   // pop rbx
        0xC3,                   // ret
    ];

    /// <summary>The registers EAX, EBX, ECX and EDX for a leaf. On x64 processors only.</summary>
    public static Registers Read(int leaf, int subleaf = 0)
    {
        if (Page is null)
        {
            (int eax, int ebx, int ecx, int edx) = X86Base.CpuId(leaf, subleaf);
            return new(eax, ebx, ecx, edx);
        }

        int* registers = stackalloc int[4];
        ((delegate* unmanaged<int, int, int*, void>)Page)(leaf, subleaf, registers);
        return new(registers[0], registers[1], registers[2], registers[3]);
    }

    internal readonly record struct Registers(int Eax, int Ebx, int Ecx, int Edx);
}
