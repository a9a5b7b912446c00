using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using LlamaNative.Gguf;
using LlamaNative.Interop;

namespace LlamaNative.Tests.Interop;

/// <summary>
/// Numbers that the C compiler cannot report because they are in llama.cpp's source files or in comments; read from the text
/// of the pinned release. If these fail, a native assertion may end the process instead of an exception.
/// </summary>
public sealed class HeaderTextTests
{
    /// <summary>The name in managed code, the file, a pattern with the number as its group, and the number in managed code.</summary>
    public static TheoryData<string, string, string, long> Numbers => new()
    {
        { nameof(SourceConstants.LLAMA_MAX_SEQ), "src/llama-cparams.h", Define("LLAMA_MAX_SEQ"), SourceConstants.LLAMA_MAX_SEQ },
        { nameof(HyperparameterCheck.MaxLayers), "src/llama-hparams.h", Define("LLAMA_MAX_LAYERS"), HyperparameterCheck.MaxLayers },
        { nameof(HyperparameterCheck.MaxExperts), "src/llama-hparams.h", Define("LLAMA_MAX_EXPERTS"), HyperparameterCheck.MaxExperts },
        { nameof(SourceConstants.TENSOR_ALIGNMENT), "ggml/src/ggml-impl.h", Define("TENSOR_ALIGNMENT"), SourceConstants.TENSOR_ALIGNMENT },
        { nameof(TensorCheck.BufferAlignment), "ggml/src/ggml-impl.h", Define("TENSOR_ALIGNMENT"), TensorCheck.BufferAlignment },
        {
            nameof(SourceConstants.GGML_SCHED_MAX_BACKENDS), "ggml/src/ggml-backend.cpp", Define("GGML_SCHED_MAX_BACKENDS"),
            SourceConstants.GGML_SCHED_MAX_BACKENDS
        },
        {
            nameof(SourceConstants.ContextPadding), "src/llama-context.cpp",
            @"cparams\.n_ctx(?:_seq)? = GGML_PAD\(cparams\.n_ctx(?:_seq)?, ([0-9]+)\);", SourceConstants.ContextPadding
        },
        {
            nameof(SourceConstants.ProbedColumns), "src/llama-model-loader.cpp",
            @"ggml_new_tensor_4d\(ctx, GGML_TYPE_F32, w->ne\[0\], ([0-9]+), w->ne", SourceConstants.ProbedColumns
        },
        {
            nameof(SourceConstants.AdamWSettings), "ggml/src/ggml.c", @"ggml_nelements\(adamw_params\) == ([0-9]+)",
            SourceConstants.AdamWSettings
        },
        {
            nameof(SourceConstants.SgdSettings), "ggml/src/ggml-cpu/ops.cpp", @"ggml_nelements\(sgd_params\) == ([0-9]+)",
            SourceConstants.SgdSettings
        },
        // The comment of llama_decode. Everything below InvalidBatch is fatal.
        { nameof(LlamaDecodeStatus.Success), "include/llama.h", Status("success"), (long)LlamaDecodeStatus.Success },
        { nameof(LlamaDecodeStatus.NoSlot), "include/llama.h", Status("could not find a KV slot"), (long)LlamaDecodeStatus.NoSlot },
        { nameof(LlamaDecodeStatus.Aborted), "include/llama.h", Status("aborted"), (long)LlamaDecodeStatus.Aborted },
        { nameof(LlamaDecodeStatus.InvalidBatch), "include/llama.h", Status("invalid input"), (long)LlamaDecodeStatus.InvalidBatch },
        { nameof(LlamaDecodeStatus.InvalidBatch), "include/llama.h", Status("fatal error"), (long)LlamaDecodeStatus.InvalidBatch },
    };

    [RequiresTheory(Need.LlamaSource)]
    [MemberData(nameof(Numbers))]
    public void A_number_is_what_the_source_says(string name, string file, string pattern, long number)
    {
        MatchCollection found = Regex.Matches(Read(file), pattern, RegexOptions.Multiline);
        Assert.NotEmpty(found);
        foreach (Match match in found)
        {
            long native = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.True(native == number, $"{name} is {number}; {file} says {match.Value}");
        }
    }

    [Fact]
    public void The_library_gives_as_many_sequences()
    {
        LlamaRuntime.Load();
        Assert.Equal((nuint)SourceConstants.LLAMA_MAX_SEQ, LlamaSystem.llama_max_parallel_sequences());
    }

    [Fact]
    public void Every_constant_of_the_sources_is_looked_up()
    {
        IEnumerable<string> names = Numbers.Select(row => (string)row[0]);
        FieldInfo[] constants = typeof(SourceConstants).GetFields(BindingFlags.Public | BindingFlags.Static);
        Assert.NotEmpty(constants);
        Assert.All(constants, constant => Assert.Contains(constant.Name, names));
    }

    private static string Define(string name) => $@"^#define +{name} +([0-9]+)\b";

    private static string Status(string meaning) => $@"^ *// +(?:< )?(-?[0-9]+) - {meaning}";

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.LlamaSource, file));
}
