namespace LlamaNative.Consumers.Tests.Packages;

/// <summary>A fact about one platform's libraries, skipped if the packages have none or something else is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PackedFactAttribute : FactAttribute
{
    public PackedFactAttribute(string rid, params Need[] needs) =>
        Skip = ExpectedLibraries.Packed.Contains(rid)
            ? Requirements.Missing(needs)
            : $"needs libraries for {rid} in the packages, which LlamaNativeSkippedRids left out";
}
