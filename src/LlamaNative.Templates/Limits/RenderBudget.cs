using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LlamaNative.Templates;

/// <summary>The remaining budget of one rendering under its <see cref="TemplateLimits"/>.</summary>
internal sealed class RenderBudget(TemplateLimits limits, CancellationToken cancellationToken)
{
    // The runtime's size of a list element, a dictionary entry and an object, rounded up.
    public const int ElementBytes = 24;
    public const int EntryBytes = 96;
    private const int ObjectBytes = 32;

    // Reading the clock costs more than a step, so it is read only occasionally.
    private const int StepsBetweenClockReads = 2048;

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _steps = limits.MaxSteps;
    private long _bytes = limits.MaxAllocatedBytes;
    private long _untilClock = StepsBetweenClockReads;

    public TemplateLimits Limits => limits;

    /// <summary>Counts work: one step per statement, loop iteration or element.</summary>
    public void Step(long count = 1)
    {
        _steps -= count;
        _untilClock -= count;
        if (_untilClock <= 0)
        {
            ReadClock();
        }
    }

    /// <summary>Counts a pass over a text, which costs far less per character than a step.</summary>
    public void Scan(int characters) => Step(1 + (characters >> 6));

    /// <summary>Reserves memory before it is allocated.</summary>
    public void Allocate(long bytes)
    {
        _bytes -= bytes;
        if (_bytes < 0 || bytes < 0)
        {
            throw new TemplateError(
                $"the template creates more than {limits.MaxAllocatedBytes} bytes of values (TemplateLimits.MaxAllocatedBytes)");
        }
    }

    public void AllocateText(long characters)
    {
        Allocate(ObjectBytes + (characters * sizeof(char)));
        Step(1 + (characters >> 6));
    }

    public void AllocateElements(long count)
    {
        Allocate(count * ElementBytes);
        Step(count);
    }

    /// <summary>Guards recursion over values or blocks against stack overflow, which would end the process.</summary>
    public static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TemplateError.TooDeep();
        }
    }

    private void ReadClock()
    {
        _untilClock = StepsBetweenClockReads;
        if (_steps < 0)
        {
            throw new TemplateError($"rendering takes more than {limits.MaxSteps} steps (TemplateLimits.MaxSteps)");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(_start) > limits.MaxTime)
        {
            throw new TemplateError($"rendering takes longer than {limits.MaxTime} (TemplateLimits.MaxTime)");
        }
    }
}
