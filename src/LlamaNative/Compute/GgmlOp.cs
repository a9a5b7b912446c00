namespace LlamaNative.Compute;

/// <summary>The operators this library builds and looks at; the numbers are those of <c>enum ggml_op</c>.</summary>
internal static class GgmlOp
{
    public const int None = 0;
    public const int Dup = 1;
    public const int Add = 2;
    public const int Acc = 5;
    public const int Sub = 6;
    public const int Mul = 7;
    public const int Div = 8;
    public const int Sqr = 9;
    public const int Sqrt = 10;
    public const int Log = 11;
    public const int Sin = 12;
    public const int Cos = 13;
    public const int Sum = 14;
    public const int SumRows = 15;
    public const int Mean = 17;
    public const int ArgMax = 18;
    public const int CountEqual = 19;
    public const int Repeat = 20;
    public const int RepeatBack = 21;
    public const int Concat = 22;
    public const int RmsNorm = 25;
    public const int MulMat = 29;
    public const int Scale = 32;
    public const int Set = 33;
    public const int Cpy = 34;
    public const int Cont = 35;
    public const int Reshape = 36;
    public const int View = 37;
    public const int Permute = 38;
    public const int Transpose = 39;
    public const int GetRows = 40;
    public const int GetRowsBack = 41;
    public const int DiagMaskInf = 44;
    public const int DiagMaskZero = 45;
    public const int SoftMax = 46;
    public const int Rope = 48;
    public const int ArgSort = 69;
    public const int TopK = 70;
    public const int Unary = 91;
    public const int CrossEntropyLoss = 96;
    public const int OptStepAdamW = 98;
    public const int OptStepSgd = 99;
    public const int Glu = 100;

    /// <summary>Whether the operator only renames what is there: no work is done and the data is that of the source.</summary>
    public static bool IsView(int op) => op is Reshape or View or Permute or Transpose;
}

/// <summary>The numbers of <c>enum ggml_unary_op</c> in use.</summary>
internal static class GgmlUnaryOp
{
    public const int Abs = 0;
    public const int Sgn = 1;
    public const int Neg = 2;
    public const int Step = 3;
    public const int Tanh = 4;
    public const int Elu = 5;
    public const int Relu = 6;
    public const int Sigmoid = 7;
    public const int Gelu = 8;
    public const int GeluQuick = 9;
    public const int Silu = 10;
    public const int Exp = 13;
    public const int Expm1 = 14;
    public const int Softplus = 15;
    public const int GeluErf = 16;
}

/// <summary>The numbers of <c>enum ggml_glu_op</c> in use.</summary>
internal static class GgmlGluOp
{
    public const int Reglu = 0;
    public const int Geglu = 1;
    public const int Swiglu = 2;
    public const int GegluErf = 4;
    public const int GegluQuick = 5;
}
