namespace LlamaNative.Merging;

/// <summary>How the tensors of several models become one; the names are mergekit's.</summary>
public enum MergeMethod
{
    /// <summary>Weighted mean.</summary>
    Linear,

    /// <summary>Spherical interpolation between two models (Shoemake 1985), each tensor as one vector.</summary>
    Slerp,

    /// <summary>Spherical interpolation by weights, of whole tensors, rows or columns, or of the changes to a base.</summary>
    NuSlerp,

    /// <summary>Base plus the weighted sum of the models' changes to it (Ilharco et al. 2022).</summary>
    TaskArithmetic,

    /// <summary>The largest changes, and of these the ones that agree in sign (Yadav et al. 2023).</summary>
    Ties,

    /// <summary>Changes dropped at random, the rest scaled up (Yu et al. 2023).</summary>
    DareLinear,

    /// <summary><see cref="DareLinear"/> with the sign consensus of <see cref="Ties"/>.</summary>
    DareTies,

    /// <summary>The smallest and the very largest changes dropped (Davari and Belilovsky 2023).</summary>
    Breadcrumbs,

    /// <summary><see cref="Breadcrumbs"/> with the sign consensus of <see cref="Ties"/>.</summary>
    BreadcrumbsTies,

    /// <summary>Changes dropped at random, small ones more likely, with sign consensus (Deep et al. 2024).</summary>
    Della,

    /// <summary><see cref="Della"/> without sign consensus.</summary>
    DellaLinear,

    /// <summary>Tensors of one model as they are, or scaled: layer stacks.</summary>
    Passthrough,
}
