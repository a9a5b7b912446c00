namespace LlamaNative.TestSupport;

/// <summary>A fact that is skipped where the machine lacks something it needs; the reason says what to install.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresFactAttribute : FactAttribute
{
    public RequiresFactAttribute(params Need[] needs) => Skip = Requirements.Missing(needs);
}

/// <summary>A theory that is skipped, as one test, where the machine lacks something it needs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresTheoryAttribute : TheoryAttribute
{
    public RequiresTheoryAttribute(params Need[] needs) => Skip = Requirements.Missing(needs);
}
