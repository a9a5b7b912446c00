namespace LlamaNative.TestSupport;

/// <summary>A fact that is skipped if a requirement is missing; the reason names what to install.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresFactAttribute : FactAttribute
{
    public RequiresFactAttribute(params Need[] needs) => Skip = Requirements.Missing(needs);
}

/// <summary>A theory that is skipped, as one test, if a requirement is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresTheoryAttribute : TheoryAttribute
{
    public RequiresTheoryAttribute(params Need[] needs) => Skip = Requirements.Missing(needs);
}
