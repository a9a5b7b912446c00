namespace LlamaNative;

/// <summary>What kind of hardware a device is; the values are those of <c>ggml_backend_dev_type</c>.</summary>
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

    /// <summary>Several devices joined for tensor parallelism.</summary>
    Meta = 4,
}
