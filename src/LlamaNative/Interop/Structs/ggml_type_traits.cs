namespace LlamaNative.Interop;

/// <summary>ggml.h: <c>struct ggml_type_traits</c>; static data of the library.</summary>
internal unsafe struct ggml_type_traits
{
    public byte* type_name;
    public long blck_size;
    public long blck_size_interleave;
    public nuint type_size;
    public byte is_quantized;
    public delegate* unmanaged[Cdecl]<void*, float*, long, void> to_float;
    public delegate* unmanaged[Cdecl]<float*, void*, long, void> from_float_ref;
}
