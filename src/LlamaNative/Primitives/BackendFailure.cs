namespace LlamaNative;

/// <summary>A GPU or other backend that is installed with the native library but cannot be used on this machine.</summary>
/// <param name="Name">The backend's name, e.g. <c>cuda</c> or <c>vulkan</c>.</param>
/// <param name="Reason">The loader's error, usually a missing driver or runtime library.</param>
public sealed record BackendFailure(string Name, string Reason);
