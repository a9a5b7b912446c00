using System.Runtime.Intrinsics.X86;
using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop;

/// <summary>If these fail, a build of the CPU backend is chosen that this processor cannot run, or a slower one.</summary>
public sealed class CpuidTests
{
    // Leaf 1 holds the number of the core that is asked in the upper byte of EBX, leaf 0xD what the system has switched on.
    [X64Theory]
    [InlineData(0, 0, -1)]
    [InlineData(1, 0, 0x00FFFFFF)]
    [InlineData(7, 0, -1)]
    [InlineData(7, 1, -1)]
    [InlineData(0xD, 1, -1)]
    [InlineData(unchecked((int)0x80000002), 0, -1)]
    public void It_says_what_dotnet_says(int leaf, int subleaf, int maskOfEbx)
    {
        (int eax, int ebx, int ecx, int edx) = X86Base.CpuId(leaf, subleaf);
        Cpuid.Registers registers = Cpuid.Read(leaf, subleaf);
        Assert.Equal((eax, ebx & maskOfEbx, ecx, edx), (registers.Eax, registers.Ebx & maskOfEbx, registers.Ecx, registers.Edx));
    }

    private sealed class X64TheoryAttribute : TheoryAttribute
    {
        public X64TheoryAttribute() => Skip = X86Base.IsSupported ? null : "is an instruction of x64 processors";
    }
}
