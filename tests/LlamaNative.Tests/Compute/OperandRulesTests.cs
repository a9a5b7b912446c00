using LlamaNative.Compute;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Compute;

/// <summary>
/// Operands that operators must reject. In native code each case would end the process with a GGML_ASSERT, a division by zero
/// or an out-of-bounds read, so the tests also check that the process survives.
/// </summary>
public sealed class OperandRulesTests
{
    private static readonly Dictionary<string, Func<TensorArena, GgmlTensor>> s_cases = new()
    {
        ["Add: no repetition"] = g => g.Add(F(g, 4, 3), F(g, 3)),
        ["Add: larger second"] = g => g.Add(F(g, 2), F(g, 4)),
        ["Add: integers"] = g => g.Add(I(g, 4), I(g, 4)),
        ["Add: quantized"] = g => g.Add(Q(g, 32), F(g, 32)),
        ["Add: transposed first"] = g => g.Add(g.Transpose(F(g, 4, 3)), F(g, 3, 4)),
        ["Add: half second"] = g => g.Add(F(g, 4), g.NewTensor(GgmlType.F16, 4)),
        ["Sqr: integers"] = g => g.Sqr(I(g, 4)),
        ["Relu: transposed"] = g => g.Relu(g.Transpose(F(g, 4, 3))),
        ["Silu: bf16"] = g => g.Silu(g.NewTensor(GgmlType.BF16, 4)),
        ["Scale: gaps"] = g => g.Scale(g.Slice(F(g, 4, 3), 0, 0, 2), 1),
        ["Clamp: gaps"] = g => g.Clamp(g.Slice(F(g, 4, 3), 0, 0, 2), 0, 1),
        ["LeakyRelu: gaps"] = g => g.LeakyRelu(g.Slice(F(g, 4, 3), 0, 0, 2), 1),
        ["Swiglu: odd row"] = g => g.Swiglu(F(g, 5, 2)),
        ["SwigluSplit: shapes"] = g => g.SwigluSplit(F(g, 4), F(g, 5)),
        ["SiluBack: shapes"] = g => g.SiluBack(F(g, 4), F(g, 5)),
        ["MulMat: rows"] = g => g.MulMat(F(g, 4, 2), F(g, 5, 2)),
        ["MulMat: batch"] = g => g.MulMat(F(g, 4, 2, 2), F(g, 4, 2, 3)),
        ["MulMat: transposed"] = g => g.MulMat(g.Transpose(F(g, 2, 4)), F(g, 4, 2)),
        ["MulMat: second transposed"] = g => g.MulMat(F(g, 4, 2), g.Transpose(F(g, 2, 4))),
        ["MulMat: integers"] = g => g.MulMat(I(g, 4, 2), F(g, 4, 2)),
        ["MulMat: quantized second"] = g => g.MulMat(F(g, 32), Q(g, 32)),
        ["MulMat: half second"] = g => g.MulMat(F(g, 4), g.NewTensor(GgmlType.F16, 4)),
        ["MulMat: intermediate type"] = g => g.MulMat(g.NewTensor(GgmlType.Q8_1, 32), F(g, 32)),
        ["OutProd: rows"] = g => g.OutProd(F(g, 4, 2), F(g, 4, 3)),
        ["OutProd: transposed"] = g => g.OutProd(g.Transpose(F(g, 4, 3)), F(g, 2, 4)),
        ["OutProd: half batch"] = g => g.OutProd(g.NewTensor(GgmlType.F16, 4, 2), F(g, 4, 2, 3)),
        ["OutProd: bf16"] = g => g.OutProd(g.NewTensor(GgmlType.BF16, 4, 2), F(g, 4, 2)),
        ["MulMatId: ids"] = g => g.MulMatId(F(g, 4, 3, 5), F(g, 4, 1, 2), I(g, 2, 3)),
        ["MulMatId: float ids"] = g => g.MulMatId(F(g, 4, 3, 5), F(g, 4, 1, 2), F(g, 2, 2)),
        ["Sum: integers"] = g => g.Sum(I(g, 4)),
        ["SumRows: half"] = g => g.SumRows(g.NewTensor(GgmlType.F16, 4)),
        ["Mean: transposed"] = g => g.Mean(g.Transpose(F(g, 4, 3))),
        ["ArgMax: three dimensions"] = g => g.ArgMax(F(g, 4, 3, 2)),
        ["CountEqual: floats"] = g => g.CountEqual(F(g, 4), F(g, 4)),
        ["CountEqual: shapes"] = g => g.CountEqual(I(g, 4), I(g, 5)),
        ["CountEqual: three dimensions"] = g => g.CountEqual(I(g, 4, 3, 2), I(g, 4, 3, 2)),
        ["ArgSort: integers"] = g => g.ArgSort(I(g, 4), SortOrder.Ascending),
        ["TopK: too many"] = g => g.TopK(F(g, 4), 5),
        ["TopK: none"] = g => g.TopK(F(g, 4), 0),
        ["RmsNorm: integers"] = g => g.RmsNorm(I(g, 4), 1e-5f),
        ["RmsNorm: transposed"] = g => g.RmsNorm(g.Transpose(F(g, 4, 3)), 1e-5f),
        ["RmsNormBack: shapes"] = g => g.RmsNormBack(F(g, 4), F(g, 5), 1e-5f),
        ["GroupNorm: none"] = g => g.GroupNorm(F(g, 4, 2, 2), 0, 1e-5f),
        ["SoftMaxExt: gaps"] = g => g.SoftMaxExt(g.Slice(F(g, 4, 3), 0, 0, 2)),
        ["SoftMaxExt: short mask"] = g => g.SoftMaxExt(F(g, 4, 3), F(g, 4, 2)),
        ["SoftMaxExt: narrow mask"] = g => g.SoftMaxExt(F(g, 4, 3), F(g, 3, 3)),
        ["SoftMaxExt: mask heads"] = g => g.SoftMaxExt(F(g, 4, 3, 3), F(g, 4, 3, 2)),
        ["SoftMaxExt: integer mask"] = g => g.SoftMaxExt(F(g, 4, 3), I(g, 4, 3)),
        ["SoftMaxExtBack: shapes"] = g => g.SoftMaxExtBack(F(g, 4), F(g, 5)),
        ["DiagMaskInf: half"] = g => g.DiagMaskInf(g.NewTensor(GgmlType.F16, 4, 4), 0),
        ["RopeExt: positions"] = g => g.RopeExt(F(g, 4, 2, 3), I(g, 2), Rope(4)),
        ["RopeExt: float positions"] = g => g.RopeExt(F(g, 4, 2, 3), F(g, 3), Rope(4)),
        ["RopeExt: strided positions"] = g => g.RopeExt(F(g, 4, 2, 3), g.Reshape(I(g, 3), 1, 3), Rope(4)),
        ["RopeExt: too many dimensions"] = g => g.RopeExt(F(g, 4, 2, 3), I(g, 3), Rope(6)),
        ["RopeExt: odd dimensions"] = g => g.RopeExt(F(g, 4, 2, 3), I(g, 3), Rope(3)),
        ["RopeExt: odd row"] = g => g.RopeExt(F(g, 5, 2, 3), I(g, 3), Rope(4)),
        ["RopeExt: few factors"] = g => g.RopeExt(F(g, 8, 2, 3), I(g, 3), Rope(4), F(g, 2)),
        ["RopeExt: transposed"] = g => g.RopeExt(g.Transpose(F(g, 2, 4, 3)), I(g, 3), Rope(4)),
        ["FlashAttnExt: key length"] = g => g.FlashAttnExt(F(g, 8, 2, 4), F(g, 4, 3, 4), F(g, 8, 3, 4), null, 1),
        ["FlashAttnExt: keys"] = g => g.FlashAttnExt(F(g, 8, 2, 4), F(g, 8, 3, 4), F(g, 8, 2, 4), null, 1),
        ["FlashAttnExt: heads"] = g => g.FlashAttnExt(F(g, 8, 2, 4), F(g, 8, 3, 3), F(g, 8, 3, 4), null, 1),
        ["FlashAttnExt: float mask"] = g => g.FlashAttnExt(F(g, 8, 2, 4), F(g, 8, 3, 4), F(g, 8, 3, 4), F(g, 3, 2), 1),
        ["FlashAttnExt: short mask"] = g => g.FlashAttnExt(F(g, 8, 2, 4), F(g, 8, 3, 4), F(g, 8, 3, 4), g.NewTensor(GgmlType.F16, 3, 1), 1),
        ["FlashAttnExt: half queries"] = g => g.FlashAttnExt(g.NewTensor(GgmlType.F16, 8, 2), F(g, 8, 3), F(g, 8, 3), null, 1),
        ["GetRows: float indices"] = g => g.GetRows(F(g, 4, 3), F(g, 2)),
        ["GetRows: batch"] = g => g.GetRows(F(g, 4, 3, 2), I(g, 2)),
        ["GetRows: transposed"] = g => g.GetRows(g.Transpose(F(g, 4, 3)), I(g, 2)),
        ["GetRows: computed indices"] = g => g.GetRows(F(g, 4, 3), g.Cast(F(g, 2), GgmlType.I32)),
        ["GetRows: argmax of a longer row"] = g => g.GetRows(F(g, 4, 3), g.ArgMax(F(g, 5, 2))),
        ["GetRowsBack: rows"] = g => g.GetRowsBack(F(g, 4, 2), I(g, 3), F(g, 4, 9)),
        ["GetRowsBack: row length"] = g => g.GetRowsBack(F(g, 4, 3), I(g, 3), F(g, 5, 9)),
        ["SetRows: row length"] = g => g.SetRows(F(g, 4, 3), F(g, 5, 1), I(g, 1)),
        ["SetRows: no kernel"] = g => g.SetRows(g.NewTensor(GgmlType.IQ2_XXS, 256, 2), F(g, 256, 1), I(g, 1)),
        ["Repeat: no multiple"] = g => g.Repeat(F(g, 4), new TensorShape(6)),
        ["Repeat: zero"] = g => g.Repeat(F(g, 4), new TensorShape(0)),
        ["RepeatBack: no multiple"] = g => g.RepeatBack(F(g, 6), F(g, 4)),
        ["Concat: types"] = g => g.Concat(F(g, 4), I(g, 4), 0),
        ["Concat: shapes"] = g => g.Concat(F(g, 4, 2), F(g, 5, 2), 1),
        ["Cpy: elements"] = g => g.Cpy(F(g, 4), F(g, 5)),
        ["Cpy: no kernel"] = g => g.Cpy(I(g, 4), g.NewTensor(GgmlType.F16, 4)),
        ["Cpy: blocks of another shape"] = g => g.Cpy(F(g, 64), Q(g, 32, 2)),
        ["Cast: part of a block"] = g => g.Cast(F(g, 31), GgmlType.Q4_0),
        ["Cast: no kernel"] = g => g.Cast(F(g, 256), GgmlType.IQ2_XXS),
        ["Cast: transposed to blocks"] = g => g.Cast(g.Transpose(F(g, 32, 32)), GgmlType.Q4_0),
        ["Set: outside"] = g => g.Set(F(g, 4), F(g, 2), F(g, 8).Layout.Slice(0, 3, 2)),
        ["Set: other shape"] = g => g.Set(F(g, 4, 2), F(g, 3, 2), F(g, 4, 2).Layout.Slice(0, 0, 2)),
        ["Acc: integers"] = g => g.Acc(I(g, 4), I(g, 2), I(g, 4).Layout.Slice(0, 0, 2)),
        ["Slice: transposed"] = g => g.Slice(g.Transpose(F(g, 4, 3)), 0, 0, 2),
        ["View: counted too often"] = g => g.View(F(g, 4), new TensorShape(4, 4), [0], 0),
        ["NewTensor: zero"] = g => g.NewTensor(GgmlType.F32, 4, 0),
        ["NewTensor: too wide"] = g => g.NewTensor(GgmlType.F32, 1L << 31),
        ["NewTensor: too many rows"] = g => g.NewTensor(GgmlType.F32, 1, 1L << 20, 1L << 20),
        ["NewTensor: part of a block"] = g => g.NewTensor(GgmlType.Q4_K, 255),
        ["SetParam: a result"] = g => g.SetParam(g.Sqr(F(g, 4))),
        ["SetParam: half"] = g => g.SetParam(g.NewTensor(GgmlType.F16, 4)),
        ["SetLoss: a vector"] = g => g.SetLoss(F(g, 4)),
        ["CrossEntropyLoss: shapes"] = g => g.CrossEntropyLoss(F(g, 4), F(g, 5)),
        ["CrossEntropyLossBack: gradient"] = g => g.CrossEntropyLossBack(F(g, 2), F(g, 4), F(g, 4)),
        ["OptStepAdamW: no parameter"] = g => g.OptStepAdamW(F(g, 4), F(g, 4), F(g, 4), F(g, 4), F(g, 7)),
        ["OptStepAdamW: settings"] = g => g.OptStepAdamW(g.SetParam(F(g, 4)), F(g, 4), F(g, 4), F(g, 4), F(g, 6)),
        ["OptStepAdamW: gradient with gaps"] = g =>
            g.OptStepAdamW(g.SetParam(F(g, 2, 2)), g.Slice(F(g, 4, 2), 0, 0, 2), F(g, 2, 2), F(g, 2, 2), F(g, 7)),
        ["OptStepSgd: shapes"] = g => g.OptStepSgd(g.SetParam(F(g, 4)), F(g, 5), F(g, 2)),
    };

    private static readonly Dictionary<string, Func<TensorArena, GgmlTensor>> s_layouts = new()
    {
        ["Reshape: elements"] = g => g.Reshape(F(g, 4, 3), 5, 2),
        ["Reshape: transposed"] = g => g.Reshape(g.Transpose(F(g, 4, 3)), 12),
        ["Permute: twice the same"] = g => g.Permute(F(g, 4, 3), 0, 0, 2, 3),
        ["Permute: no axis"] = g => g.Permute(F(g, 4, 3), 0, 1, 2, 4),
        ["Permute: quantized rows"] = g => g.Permute(Q(g, 32, 2), 1, 0, 2, 3),
        ["Transpose: quantized"] = g => g.Transpose(Q(g, 32, 2)),
        ["View: outside"] = g => g.View(F(g, 4), new TensorShape(4), [], 4),
        ["View: negative"] = g => g.View(F(g, 4), new TensorShape(1), [], -4),
        ["View: strides outside"] = g => g.View(F(g, 4), new TensorShape(1, 2), [16], 0),
        ["Slice: outside"] = g => g.Slice(F(g, 4), 0, 3, 2),
        ["Slice: part of a block"] = g => g.Slice(Q(g, 64), 0, 16, 32),
    };

    private static readonly Dictionary<string, Func<TensorArena, GgmlTensor>> s_arguments = new()
    {
        ["Norm: NaN"] = g => g.Norm(F(g, 4), float.NaN),
        ["Norm: negative"] = g => g.Norm(F(g, 4), -1),
        ["Clamp: crossed"] = g => g.Clamp(F(g, 4), 1, 0),
        ["SoftMaxExt: bias without mask"] = g => g.SoftMaxExt(F(g, 4), maxBias: 8),
        ["DiagMaskInf: negative"] = g => g.DiagMaskInf(F(g, 4, 4), -1),
        ["RopeExt: mode"] = g => g.RopeExt(F(g, 4, 2, 3), I(g, 3), Rope(4) with { Mode = (RopeMode)4 }),
        ["RopeExt: base"] = g => g.RopeExt(F(g, 4, 2, 3), I(g, 3), Rope(4) with { FrequencyBase = 0 }),
        ["ArgSort: order"] = g => g.ArgSort(F(g, 4), (SortOrder)2),
        ["Concat: dimension"] = g => g.Concat(F(g, 4), F(g, 4), 4),
        ["Cast: type"] = g => g.Cast(F(g, 4), (GgmlType)31),
        ["Add: null"] = g => g.Add(F(g, 4), null!),
        ["Sqr: null"] = g => g.Sqr(null!),
        ["Custom4D: no operand"] = g => g.Custom4D(GgmlType.F32, new TensorShape(1), [], (in CustomOperation _) => { }),
        ["Custom4D: ten operands"] = g =>
            g.Custom4D(GgmlType.F32, new TensorShape(1), [.. Enumerable.Repeat(F(g, 1), 10)], (in CustomOperation _) => { }),
        ["Custom4D: no tasks"] = g => g.Custom4D(GgmlType.F32, new TensorShape(1), [F(g, 1)], (in CustomOperation _) => { }, tasks: 0),
    };

    public static TheoryData<string> Shapes => [.. s_cases.Keys];

    public static TheoryData<string> Layouts => [.. s_layouts.Keys];

    public static TheoryData<string> Arguments => [.. s_arguments.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Shapes_and_types_are_refused_by_name(string name)
    {
        using var arena = new TensorArena(16);
        var error = Assert.Throws<TensorLayoutException>(() => s_cases[name](arena));
        Assert.Equal(name.Split(':')[0], error.Operation);
        Assert.Contains('[', error.Message);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Layouts_are_refused(string name)
    {
        using var arena = new TensorArena(16);
        Assert.Throws<TensorLayoutException>(() => s_layouts[name](arena));
    }

    [Theory]
    [MemberData(nameof(Arguments))]
    public void Arguments_are_refused(string name)
    {
        using var arena = new TensorArena(16);
        Assert.ThrowsAny<ArgumentException>(() => s_arguments[name](arena));
    }

    // GetRows ends the process at a wrong index, GetRowsBack writes anywhere: indices are checked before each run.
    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void An_index_outside_the_rows_stops_the_graph_before_it_runs(int index)
    {
        using var bench = new Bench();
        GgmlTensor table = bench.F32(new float[12], 4, 3);
        GgmlTensor indices = bench.I32([1, index], 2);
        TensorArena g = bench.Arena;
        Assert.Throws<LlamaException>(() => bench.ComputeAll(g.GetRows(table, indices)));
        Assert.Throws<LlamaException>(() => bench.ComputeAll(g.GetRowsBack(bench.F32(new float[8], 4, 2), indices, table)));
        Assert.Throws<LlamaException>(() => bench.ComputeAll(g.SetRows(g.Dup(table), bench.F32(new float[8], 4, 2), indices)));
        Assert.Throws<LlamaException>(() => bench.ComputeAll(g.GetRows(table, g.Cont(g.Slice(indices, 0, 1, 1)))));
        Assert.Throws<LlamaException>(() =>
            bench.ComputeAll(g.MulMatId(bench.F32(new float[36], 4, 3, 3), bench.F32(new float[4], 4, 1, 1), g.Reshape(indices, 2, 1))));
    }

    [Fact]
    public void Indices_that_operators_find_are_taken_and_indices_that_the_graph_writes_are_not()
    {
        using var bench = new Bench();
        TensorArena g = bench.Arena;
        GgmlTensor table = bench.F32([1, 2, 3, 4, 5, 6], 2, 3);
        GgmlTensor largest = g.GetRows(table, g.ArgMax(bench.F32([0, 9, 1, 7, 0, 0], 3, 2)));
        Assert.Equal([3, 4, 1, 2], bench.Compute(largest));
        GgmlTensor indices = bench.I32([0, 0], 2);
        GgmlTensor overwritten = g.Cpy(bench.F32([5, 5], 2), indices);
        GgmlTensor picked = g.GetRows(table, indices);
        Assert.Throws<InvalidOperationException>(() => bench.ComputeAll(overwritten, picked));
    }

    private static GgmlTensor F(TensorArena arena, params long[] ne) => arena.NewTensor(GgmlType.F32, ne);

    private static GgmlTensor I(TensorArena arena, params long[] ne) => arena.NewTensor(GgmlType.I32, ne);

    private static GgmlTensor Q(TensorArena arena, params long[] ne) => arena.NewTensor(GgmlType.Q4_0, ne);

    private static RopeParameters Rope(int dimensions) => new() { DimensionCount = dimensions };
}
