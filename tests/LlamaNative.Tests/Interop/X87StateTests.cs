using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop;

/// <summary>If these fail, ggml computes 2 to 3 % slower on AMD's processors than when a C program calls it, or numbers change.</summary>
public sealed unsafe class X87StateTests
{
    // Written by hand from the manual. int inUse(void): xgetbv with ecx = 1, whose lowest bit is the x87 unit.
    private static readonly byte* InUseCode = MachineCode.Place([0xB9, 0x01, 0x00, 0x00, 0x00, 0x0F, 0x01, 0xD0, 0x83, 0xE0, 0x01, 0xC3]);

    // void use(void): fld1; fstp st(0).
    private static readonly byte* UseCode = MachineCode.Place([0xD9, 0xE8, 0xDD, 0xD8, 0xC3]);

    // int control(void): fnstcw [rsp - 8]; movzx eax, word ptr [rsp - 8].
    private static readonly byte* ControlCode = MachineCode.Place([0xD9, 0x7C, 0x24, 0xF8, 0x0F, 0xB7, 0x44, 0x24, 0xF8, 0xC3]);

    // void setControl(int): mov [rsp - 8], edi; fldcw [rsp - 8].
    private static readonly byte* SetControlCode = MachineCode.Place([0x89, 0x7C, 0x24, 0xF8, 0xD9, 0x6C, 0x24, 0xF8, 0xC3]);

    private static bool InUse => ((delegate* unmanaged<int>)InUseCode)() != 0;

    private static int Control => ((delegate* unmanaged<int>)ControlCode)();

    [X87Fact]
    public void The_unit_is_in_use_before_and_not_after()
    {
        OnItsOwnThread(() =>
        {
            ((delegate* unmanaged<void>)UseCode)();
            Assert.True(InUse);
            X87State.Release();
            Assert.False(InUse);
            Assert.Equal(0x37F, Control);
            X87State.Release();
            Assert.False(InUse);
        });
    }

    [X87Fact]
    public void Threads_inherit_it_from_the_one_that_starts_them()
    {
        OnItsOwnThread(() =>
        {
            ((delegate* unmanaged<void>)UseCode)();
            OnItsOwnThread(() => Assert.True(InUse));
            X87State.Release();
            OnItsOwnThread(() => Assert.False(InUse));
        });
    }

    [X87Fact]
    public void Somebodys_rounding_of_the_unit_is_left_alone()
    {
        OnItsOwnThread(() =>
        {
            ((delegate* unmanaged<int, void>)SetControlCode)(0x27F); // double precision
            X87State.Release();
            Assert.Equal(0x27F, Control);
        });
    }

    // A vector held across the call must be there afterwards: only the x87 unit may be put back.
    [X87Fact]
    public void Vectors_and_their_rounding_stay()
    {
        OnItsOwnThread(() =>
        {
            ((delegate* unmanaged<void>)UseCode)();
            double sum = 0;
            for (int i = 1; i <= 1000; i++)
            {
                X87State.Release();
                sum += 1.0 / i;
            }

            Assert.Equal(7.485470860550345, sum, 1e-12); // the thousandth harmonic number
        });
    }

    [Fact]
    public void Code_longer_than_a_page_is_not_placed() => Assert.True(MachineCode.Place(new byte[Environment.SystemPageSize + 1]) is null);

    private static void OnItsOwnThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private sealed class X87FactAttribute : FactAttribute
    {
        public X87FactAttribute() => Skip = X87State.IsReleasable ? null : "is done on AMD's processors under Linux only";
    }
}
