using System.Diagnostics.CodeAnalysis;

namespace LlamaNative.Merging.Recipe;

/// <summary>Which deltas from the base a task-vector method keeps.</summary>
internal enum Sparsification
{
    None,
    Magnitude,
    Random,
    Outliers,
    Rank,
}

/// <summary>The requirements and defaults of a merge method.</summary>
internal sealed record MethodTraits(MergeMethod Method, string Name, bool NeedsBase, bool TaskVector)
{
    private static readonly MethodTraits[] s_all =
    [
        new(MergeMethod.Linear, "linear", NeedsBase: false, TaskVector: false) { Normalize = true, Parameters = ["weight", "normalize"] },
        new(MergeMethod.Slerp, "slerp", NeedsBase: true, TaskVector: false) { Parameters = ["t"] },
        new(MergeMethod.NuSlerp, "nuslerp", NeedsBase: false, TaskVector: false)
        {
            Parameters = ["weight", "nuslerp_flatten", "nuslerp_row_wise"],
        },
        TaskFamily(MergeMethod.TaskArithmetic, "task_arithmetic", Sparsification.None, consensus: false, normalize: false, rescale: false),
        TaskFamily(MergeMethod.Ties, "ties", Sparsification.Magnitude, consensus: true, normalize: true, rescale: false, "density"),
        TaskFamily(MergeMethod.DareLinear, "dare_linear", Sparsification.Random, consensus: false, normalize: false,
            rescale: true, "density"),
        TaskFamily(MergeMethod.DareTies, "dare_ties", Sparsification.Random, consensus: true, normalize: false, rescale: true, "density"),
        TaskFamily(MergeMethod.Breadcrumbs, "breadcrumbs", Sparsification.Outliers, consensus: false,
            normalize: false, rescale: false, "density", "gamma"),
        TaskFamily(MergeMethod.BreadcrumbsTies, "breadcrumbs_ties", Sparsification.Outliers, consensus: true,
            normalize: false, rescale: false, "density", "gamma"),
        TaskFamily(MergeMethod.Della, "della", Sparsification.Rank, consensus: true, normalize: true, rescale: true, "density", "epsilon"),
        TaskFamily(MergeMethod.DellaLinear, "della_linear", Sparsification.Rank, consensus: false, normalize: false,
            rescale: true, "density", "epsilon"),
        new(MergeMethod.Passthrough, "passthrough", NeedsBase: false, TaskVector: false) { Parameters = ["scale"] },
        new(MergeMethod.ModelStock, "model_stock", NeedsBase: true, TaskVector: true) { Parameters = ["filter_wise"] },
        new(MergeMethod.Sce, "sce", NeedsBase: true, TaskVector: true) { Parameters = ["select_topk", "int8_mask"] },
        new(MergeMethod.Karcher, "karcher", NeedsBase: false, TaskVector: false) { Parameters = ["max_iter", "tol"] },
        new(MergeMethod.MultiSlerp, "multislerp", NeedsBase: false, TaskVector: false)
        {
            Parameters = ["weight", "normalize_weights", "eps"],
        },
        new(MergeMethod.ArceeFusion, "arcee_fusion", NeedsBase: true, TaskVector: true) { Parameters = [] },
        new(MergeMethod.NearSwap, "nearswap", NeedsBase: true, TaskVector: true) { Parameters = ["t"] },
    ];

    /// <summary>The parameters that the method reads.</summary>
    public required IReadOnlyList<string> Parameters { get; init; }

    public Sparsification Sparsification { get; init; }

    /// <summary>Whether elements must agree in sign.</summary>
    public bool Consensus { get; init; }

    /// <summary>The default of <c>normalize</c>.</summary>
    public bool Normalize { get; init; }

    /// <summary>The default of <c>rescale</c>.</summary>
    public bool Rescale { get; init; }

    /// <summary>Whether a base model that no slice lists is an input anyway.</summary>
    public bool TakesUnlistedBase => NeedsBase || TakesBaseApart;

    /// <summary>Whether the base is the origin of the other models' deltas and not one of the models.</summary>
    public bool TakesBaseApart => TaskVector || Method is MergeMethod.NuSlerp or MergeMethod.MultiSlerp;

    /// <summary>
    /// Whether the output has all of the base's rows if rows are matched by index; otherwise it has those that all models have. As in
    /// mergekit, which trims the embeddings for these methods.
    /// </summary>
    public bool KeepsBaseVocabulary =>
        TaskVector && Method is not (MergeMethod.ModelStock or MergeMethod.ArceeFusion or MergeMethod.NearSwap);

    /// <summary>The names of all methods in recipes.</summary>
    public static IEnumerable<string> Names => s_all.Select(traits => traits.Name);

    public static MethodTraits Of(MergeMethod method) => s_all[(int)method];

    public static bool TryParse(string name, [NotNullWhen(true)] out MethodTraits? traits)
    {
        traits = Array.Find(s_all, traits => traits.Name == name);
        return traits is not null;
    }

    /// <summary>Whether any method has a parameter of this name.</summary>
    public static bool Knows(string parameter) => Array.Exists(s_all, traits => traits.Parameters.Contains(parameter));

    private static MethodTraits TaskFamily(MergeMethod method, string name, Sparsification sparsification,
        bool consensus, bool normalize, bool rescale, params string[] own) =>
        new(method, name, NeedsBase: true, TaskVector: true)
        {
            Sparsification = sparsification,
            Consensus = consensus,
            Normalize = normalize,
            Rescale = rescale,
            Parameters = ["weight", "normalize", "rescale", "lambda", "int8_mask",
                .. consensus ? ["consensus"] : Array.Empty<string>(), .. own],
        };
}
