namespace LlamaNative.TestSupport;

/// <summary>Requirements of tests; see <see cref="Requirements"/> for how each is detected.</summary>
public enum Need
{
    /// <summary>Linux, on any processor.</summary>
    Linux,

    /// <summary>Linux on x64, for which applications are published.</summary>
    LinuxX64,

    /// <summary>An x64 processor, for which llama.cpp ships several builds of the CPU backend.</summary>
    X64,

    /// <summary>Signals that can be sent to a single process.</summary>
    Signals,

    /// <summary>A C compiler.</summary>
    Gcc,

    /// <summary>Node.js, which the build needs as well.</summary>
    Node,

    /// <summary>llama.cpp's source at the pinned release.</summary>
    LlamaSource,

    /// <summary>The reference files in ../shared.</summary>
    Shared,

    /// <summary>A browser of the Chromium family.</summary>
    Chromium,

    /// <summary>A device that ggml considers a GPU.</summary>
    Gpu,

    /// <summary>ggml's Vulkan backend in native/.cache and a software Vulkan driver.</summary>
    SoftwareVulkan,

    /// <summary>Only Mesa's software Vulkan driver.</summary>
    VulkanDriver,

    /// <summary>Packages for GPUs in artifacts/.</summary>
    GpuPackages,

    /// <summary>The packages with mtmd and the RPC backend in artifacts/.</summary>
    ExtraPackages,

    /// <summary>The C compiler and the library of musl.</summary>
    Musl,

    /// <summary>A C compiler for Windows.</summary>
    Mingw,

    /// <summary>Wine, to run applications for Windows.</summary>
    Wine,

    /// <summary>An X server without a screen, for Vulkan in Wine.</summary>
    VirtualScreen,

    /// <summary>QEMU and a compiler for linux-arm64.</summary>
    Arm64Emulation,

    /// <summary>The quantizer of the pinned release, which has another type for rows that are not whole blocks.</summary>
    QuantizerFallback,

    /// <summary>The pinned release's use of random numbers in sampling.</summary>
    PinnedSampling,

    /// <summary>The pinned release's grammar parser, which knows the escape <c>\-</c>.</summary>
    GrammarEscape,

    /// <summary>The architectures of the pinned release.</summary>
    PinnedArchitectures,
}
