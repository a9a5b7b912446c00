namespace LlamaNative.Merging;

/// <summary>Merge methods, with mergekit's names.</summary>
public enum MergeMethod
{
    /// <summary>Weighted mean.</summary>
    Linear,

    /// <summary>Spherical interpolation between two models (Shoemake 1985), each tensor flattened to one vector.</summary>
    Slerp,

    /// <summary>Spherical interpolation by weights, of whole tensors, rows or columns, or of deltas from a base.</summary>
    NuSlerp,

    /// <summary>Task arithmetic: base plus the weighted sum of the models' deltas from it (Ilharco et al. 2022).</summary>
    TaskArithmetic,

    /// <summary>TIES: keeps the largest deltas, and of these the ones that agree in sign (Yadav et al. 2023).</summary>
    Ties,

    /// <summary>DARE: drops random deltas and rescales the rest (Yu et al. 2023).</summary>
    DareLinear,

    /// <summary><see cref="DareLinear"/> with the sign consensus of <see cref="Ties"/>.</summary>
    DareTies,

    /// <summary>Drops the smallest and the very largest deltas (Davari and Belilovsky 2023).</summary>
    Breadcrumbs,

    /// <summary><see cref="Breadcrumbs"/> with the sign consensus of <see cref="Ties"/>.</summary>
    BreadcrumbsTies,

    /// <summary>Drops random deltas, small ones with higher probability, with sign consensus (Deep et al. 2024).</summary>
    Della,

    /// <summary><see cref="Della"/> without sign consensus.</summary>
    DellaLinear,

    /// <summary>Tensors of one model, unchanged or scaled: layer stacks.</summary>
    Passthrough,

    /// <summary>Model Stock: between the base and the mean, by the angle between the deltas (Jang et al. 2024).</summary>
    ModelStock,

    /// <summary>SCE: the deltas that vary most, weighted by their squares, with sign consensus (Wan et al. 2024).</summary>
    Sce,

    /// <summary>The Karcher mean of the models' directions, with the mean of their lengths.</summary>
    Karcher,

    /// <summary>The weighted mean of the models' directions, or of their deltas' from a base, with the mean of their lengths.</summary>
    MultiSlerp,

    /// <summary>Replaces the base's most important differences by another model's values.</summary>
    ArceeFusion,

    /// <summary>Moves the base's elements towards another model's, by at most <c>t</c>.</summary>
    NearSwap,
}
