using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: <c>struct llama_model_kv_override</c>; the four values form a union.</summary>
[StructLayout(LayoutKind.Explicit, Size = 264)]
internal unsafe struct llama_model_kv_override
{
    /// <summary>The size of <see cref="key"/> and of <see cref="val_str"/> in bytes, including the terminating zero.</summary>
    public const int TextSize = 128;

    [FieldOffset(0)] public LlamaModelKvOverrideType tag;
    [FieldOffset(4)] public fixed byte key[TextSize];
    [FieldOffset(136)] public long val_i64;
    [FieldOffset(136)] public double val_f64;
    [FieldOffset(136)] public byte val_bool;
    [FieldOffset(136)] public fixed byte val_str[TextSize];
}
