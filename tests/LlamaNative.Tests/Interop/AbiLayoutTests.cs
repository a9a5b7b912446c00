using System.Globalization;
using System.Reflection;
using System.Text;
using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Interop;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Interop;

/// <summary>
/// The managed mirrors, compared with the C compiler's report on llama.cpp. A struct that is one byte off does not fail but
/// reads and writes the wrong memory, so every size, offset and number is compared.
/// </summary>
public sealed class AbiLayoutTests
{
    private static readonly AbiReport s_report = AbiReport.Load();
    private static readonly Type[] s_types = typeof(LlamaException).Assembly.GetTypes();

    /// <summary>Declarations that must be present, so that the comparison cannot pass because it found nothing.</summary>
    public static TheoryData<string> RequiredStructs { get; } =
    [
        "llama_model_params", "llama_context_params", "llama_batch", "llama_token_data", "llama_token_data_array",
        "llama_model_kv_override", "llama_model_tensor_buft_override", "llama_logit_bias", "llama_sampler_chain_params",
        "llama_sampler_i", "llama_sampler", "ggml_threadpool_params", "ggml_backend_dev_props",
        "ggml_backend_dev_caps", "ggml_tensor", "ggml_init_params", "ggml_type_traits", "llama_model_quantize_params",
        "llama_model_tensor_override", "llama_model_imatrix_data",
    ];

    public static TheoryData<string> ReportedStructs { get; } = [.. s_report.Structs.Keys];

    public static TheoryData<string> ReportedEnums { get; } = [.. s_report.Enums.Keys];

    [Theory]
    [MemberData(nameof(RequiredStructs))]
    public void Required_struct_is_mirrored(string name) => Assert.NotNull(FindStruct(name));

    [Theory]
    [MemberData(nameof(ReportedStructs))]
    public void Mirrored_struct_has_the_compilers_layout(string name)
    {
        if (FindStruct(name) is { } type)
        {
            Assert.Equal(Describe(s_report.Structs[name]), Describe(type));
            Assert.True(ManagedLayout.IsBlittable(type), $"{name} holds a reference, a bool or a char: use byte for C's bool");
        }
    }

    [Theory]
    [MemberData(nameof(ReportedEnums))]
    public void Mirrored_enum_has_the_compilers_numbers(string name)
    {
        foreach (Type type in EnumMirrors.Find(name, s_types))
        {
            Assert.Empty(EnumMirrors.Differences(type, s_report.Enums[name]));
        }
    }

    [Fact]
    public void Tensor_types_are_mirrored() => Assert.NotEmpty(EnumMirrors.Find("ggml_type", s_types));

    /// <summary>An enum without a reported counterpart would not be compared.</summary>
    [Fact]
    public void Every_enum_of_the_interop_layer_mirrors_one_of_the_headers()
    {
        Type[] mirrors = [.. s_report.Enums.Keys.SelectMany(name => EnumMirrors.Find(name, s_types))];
        Type[] enums = [.. s_types.Where(type => type is { IsEnum: true, IsNested: false, Namespace: "LlamaNative.Interop" })];
        Assert.True(enums.Length > 10, $"{enums.Length} enums: they were not found");
        Assert.Equal([typeof(LlamaDecodeStatus)], enums.Except(mirrors)); // HeaderTextTests holds it to the header's comment
        Assert.Empty(EnumMirrors.NamedInManagedCode.Except(mirrors.Select(type => type.Name)));
    }

    /// <summary>The name in managed code, the header's, and the number in managed code.</summary>
    public static TheoryData<string, string, long> Constants
    {
        get
        {
            TheoryData<string, string, long> data = [];
            foreach (FieldInfo constant in typeof(NativeConstants).GetFields(BindingFlags.Public | BindingFlags.Static))
            {
                data.Add(constant.Name, constant.Name, Convert.ToInt64(constant.GetRawConstantValue(), CultureInfo.InvariantCulture));
            }

            // Below the interop layer, or public.
            data.Add(nameof(TensorShape.MaxRank), "GGML_MAX_DIMS", TensorShape.MaxRank);
            data.Add(nameof(GgufPart.MaxTensorNameBytes), "GGML_MAX_NAME", GgufPart.MaxTensorNameBytes + 1);
            data.Add(nameof(GgufPart.DefaultAlignment), "GGUF_DEFAULT_ALIGNMENT", GgufPart.DefaultAlignment);
            data.Add(nameof(GgufPart.CurrentVersion), "GGUF_VERSION", GgufPart.CurrentVersion);
            data.Add(nameof(GgmlTypeInfo.QuantizationVersion), "GGML_QNT_VERSION", GgmlTypeInfo.QuantizationVersion);
            data.Add(nameof(RopeMode.Normal), "GGML_ROPE_TYPE_NORMAL", (long)RopeMode.Normal);
            data.Add(nameof(RopeMode.Neox), "GGML_ROPE_TYPE_NEOX", (long)RopeMode.Neox);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Constants))]
    public void Constant_has_the_compilers_value(string managedName, string name, long value)
    {
        long native = s_report.Enums.Values.Append(s_report.Constants).Single(numbers => numbers.ContainsKey(name))[name];
        Assert.True(native == value, $"{managedName} is {value}; {name} is {native}");
    }

    [RequiresFact(Need.Gcc, Need.LlamaSource)]
    public void Checked_in_report_is_what_the_compiler_says_today() =>
        Assert.Equal(File.ReadAllText(AbiReport.FilePath).ReplaceLineEndings("\n"), AbiCompiler.Run().ReplaceLineEndings("\n"));

    private static Type? FindStruct(string name) =>
        s_types.SingleOrDefault(
            type => type is { IsValueType: true, IsEnum: false, Namespace: "LlamaNative.Interop" } && type.Name == name);

    // As text, so that a failure shows the struct line by line and the first line that differs.
    private static string Describe(AbiStruct native) =>
        Describe(native.Size, native.Fields.Select(field => (field.Key, field.Value)));

    private static string Describe(Type managed) =>
        Describe(ManagedLayout.SizeOf(managed), ManagedLayout.Fields(managed).Select(field =>
            (field.Name, new AbiField(ManagedLayout.OffsetOf(field), ManagedLayout.SizeOf(field.FieldType)))));

    private static string Describe(int size, IEnumerable<(string Name, AbiField Field)> fields)
    {
        StringBuilder text = new($"size {size}\n");
        foreach ((string name, AbiField field) in fields.OrderBy(field => field.Field.Offset).ThenBy(field => field.Name,
            StringComparer.Ordinal))
        {
            text.Append($"{field.Offset}: {name}, {field.Size} bytes\n");
        }

        return text.ToString();
    }
}
