using System.Runtime.InteropServices;

namespace LlamaNative.Consumers.Tests;

/// <summary>A fact that runs something which exists for linux-x64 only.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxX64FactAttribute : FactAttribute
{
    public override string? Skip => Platform.Reason;
}

/// <summary>Likewise a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxX64TheoryAttribute : TheoryAttribute
{
    public override string? Skip => Platform.Reason;
}

/// <summary>A fact about the packages for GPUs, skipped where they were left out or the machine cannot run what it needs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GpuPackagesFactAttribute : FactAttribute
{
    private const string Drivers = "/usr/share/vulkan/icd.d";

    /// <summary>Runs on linux-x64 only.</summary>
    public bool OnLinuxX64 { get; init; }

    /// <summary>Needs Mesa's software device (Debian's mesa-vulkan-drivers).</summary>
    public bool WithSoftwareVulkan { get; init; }

    public override string? Skip => !Artifacts.HasGpuBackends ? "packed with -p:PackGpuBackends=false"
        : OnLinuxX64 && Platform.Reason is { } reason ? reason
        : WithSoftwareVulkan && !(Directory.Exists(Drivers) && Directory.GetFiles(Drivers, "lvp_icd*.json").Length > 0) ? "needs Mesa's software Vulkan device"
        : null;
}

/// <summary>A fact that compiles with NativeAOT, which links with the system's tools.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeAotFactAttribute : FactAttribute
{
    public override string? Skip => Platform.Reason ?? (File.Exists("/usr/bin/gcc") ? null : "needs gcc");
}

internal static class Platform
{
    public static string? Reason => RuntimeInformation.RuntimeIdentifier == "linux-x64" ? null : "needs linux-x64";
}
