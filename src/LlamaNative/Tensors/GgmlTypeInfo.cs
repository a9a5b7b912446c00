namespace LlamaNative.Tensors;

/// <summary>
/// Size and name of a <see cref="GgmlType"/>. A block stores <see cref="BlockSize"/> elements in <see cref="TypeSize"/> bytes
/// (<c>ggml_type_traits</c> in ggml.c, llama.cpp v0.4.0).
/// </summary>
public readonly record struct GgmlTypeInfo
{
    /// <summary>
    /// The version of the block formats (<c>GGML_QNT_VERSION</c>), stored in files as <c>general.quantization_version</c>.
    /// </summary>
    public const uint QuantizationVersion = 2;

    /// <summary>One more than the highest type value (<c>GGML_TYPE_COUNT</c>).</summary>
    internal const int TypeCount = 43;

    private static readonly GgmlTypeInfo[] s_known = Build();

    private GgmlTypeInfo(GgmlType type, string name, long blockSize, long typeSize, bool isQuantized)
    {
        Type = type;
        Name = name;
        BlockSize = blockSize;
        TypeSize = typeSize;
        IsQuantized = isQuantized;
    }

    /// <summary>The described type.</summary>
    public GgmlType Type { get; }

    /// <summary>ggml's own name, such as <c>q4_K</c>.</summary>
    public string Name { get; }

    /// <summary>Elements per block; 1 for types that are not quantized.</summary>
    public long BlockSize { get; }

    /// <summary>Bytes per block.</summary>
    public long TypeSize { get; }

    /// <summary>Whether elements are packed in blocks and cannot be addressed individually.</summary>
    public bool IsQuantized { get; }

    /// <summary>Returns the description of a type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">ggml has no such type.</exception>
    public static GgmlTypeInfo Of(GgmlType type) =>
        TryGet(type, out GgmlTypeInfo info)
            ? info
            : throw new ArgumentOutOfRangeException(nameof(type), $"{(int)type} is not a ggml tensor type");

    /// <summary>Gets the description of a type; returns false for a value that ggml does not define.</summary>
    public static bool TryGet(GgmlType type, out GgmlTypeInfo info)
    {
        info = (uint)type < (uint)s_known.Length ? s_known[(int)type] : default;
        return info.BlockSize != 0;
    }

    /// <summary>The size in bytes of a row of <paramref name="ne0"/> elements (<c>ggml_row_size</c>).</summary>
    /// <exception cref="TensorLayoutException"><paramref name="ne0"/> is negative, not a multiple of the block size, or the row exceeds
    /// 2^63 bytes.</exception>
    public long RowSize(long ne0)
    {
        if (ne0 < 0 || ne0 % BlockSize != 0)
        {
            throw new TensorLayoutException("RowSize", $"{ne0} elements are not a multiple of the block size {BlockSize} of {Name}");
        }

        long bytes = Saturating.Multiply(ne0 / BlockSize, TypeSize);
        return bytes != Saturating.TooMany
            ? bytes
            : throw new TensorLayoutException("RowSize", $"{ne0} elements of {Name} exceed 2^63 bytes");
    }

    private static GgmlTypeInfo[] Build()
    {
        var table = new GgmlTypeInfo[TypeCount];

        Plain(GgmlType.F32, "f32", 4);
        Plain(GgmlType.F16, "f16", 2);
        Plain(GgmlType.BF16, "bf16", 2);
        Plain(GgmlType.F64, "f64", 8);
        Plain(GgmlType.I8, "i8", 1);
        Plain(GgmlType.I16, "i16", 2);
        Plain(GgmlType.I32, "i32", 4);
        Plain(GgmlType.I64, "i64", 8);

        Blocks(GgmlType.Q1_0, "q1_0", 128, 18);
        Blocks(GgmlType.Q2_0, "q2_0", 64, 18);
        Blocks(GgmlType.Q4_0, "q4_0", 32, 18);
        Blocks(GgmlType.Q4_1, "q4_1", 32, 20);
        Blocks(GgmlType.Q5_0, "q5_0", 32, 22);
        Blocks(GgmlType.Q5_1, "q5_1", 32, 24);
        Blocks(GgmlType.Q8_0, "q8_0", 32, 34);
        Blocks(GgmlType.Q8_1, "q8_1", 32, 36);
        Blocks(GgmlType.MXFP4, "mxfp4", 32, 17);
        Blocks(GgmlType.NVFP4, "nvfp4", 64, 36);
        Blocks(GgmlType.IQ4_NL, "iq4_nl", 32, 18);

        Blocks(GgmlType.Q2_K, "q2_K", 256, 84);
        Blocks(GgmlType.Q3_K, "q3_K", 256, 110);
        Blocks(GgmlType.Q4_K, "q4_K", 256, 144);
        Blocks(GgmlType.Q5_K, "q5_K", 256, 176);
        Blocks(GgmlType.Q6_K, "q6_K", 256, 210);
        Blocks(GgmlType.Q8_K, "q8_K", 256, 292);
        Blocks(GgmlType.IQ1_S, "iq1_s", 256, 50);
        Blocks(GgmlType.IQ1_M, "iq1_m", 256, 56);
        Blocks(GgmlType.IQ2_XXS, "iq2_xxs", 256, 66);
        Blocks(GgmlType.IQ2_XS, "iq2_xs", 256, 74);
        Blocks(GgmlType.IQ2_S, "iq2_s", 256, 82);
        Blocks(GgmlType.IQ3_XXS, "iq3_xxs", 256, 98);
        Blocks(GgmlType.IQ3_S, "iq3_s", 256, 110);
        Blocks(GgmlType.IQ4_XS, "iq4_xs", 256, 136);
        Blocks(GgmlType.TQ1_0, "tq1_0", 256, 54);
        Blocks(GgmlType.TQ2_0, "tq2_0", 256, 66);
        return table;

        void Plain(GgmlType type, string name, int size) => table[(int)type] = new(type, name, 1, size, isQuantized: false);

        void Blocks(GgmlType type, string name, int block, int size) => table[(int)type] = new(type, name, block, size, isQuantized: true);
    }
}
