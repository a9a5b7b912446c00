namespace LlamaNative.Interop;

/// <summary>ggml.h: <c>enum ggml_glu_op</c>, the functions of <see cref="GgmlOp.Glu"/>.</summary>
internal enum GgmlGluOp
{
    Reglu = 0,
    Geglu = 1,
    Swiglu = 2,
    SwigluOai = 3,
    GegluErf = 4,
    GegluQuick = 5,
    SwigluClamp = 6,
}
