namespace LlamaNative;

/// <summary>A GPU or other backend that lies beside the native library but cannot be used on this machine.</summary>
/// <param name="Name">What it computes with, e.g. <c>cuda</c> or <c>vulkan</c>.</param>
/// <param name="Reason">What the system said: mostly a driver or a runtime library that is missing.</param>
public sealed record BackendFailure(string Name, string Reason);
