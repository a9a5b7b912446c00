namespace LlamaNative;

/// <summary>The kind of hardware a device is. The values match <c>ggml_backend_dev_type</c> in ggml-backend.h.</summary>
public enum DeviceKind
{
    /// <summary>The CPU with system memory.</summary>
    Cpu = 0,

    /// <summary>A graphics processor with its own memory.</summary>
    Gpu = 1,

    /// <summary>A graphics processor that shares system memory.</summary>
    IntegratedGpu = 2,

    /// <summary>An accelerator used together with the CPU (BLAS, AMX).</summary>
    Accelerator = 3,

    /// <summary>Several devices combined for tensor parallelism.</summary>
    Meta = 4,
}
