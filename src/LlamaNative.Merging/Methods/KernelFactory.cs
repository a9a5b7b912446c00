using LlamaNative.Merging.Recipe;
using LlamaNative.Merging.Sparsify;

namespace LlamaNative.Merging.Methods;

/// <summary>Creates the kernel of a specification and rejects invalid parameters.</summary>
internal static class KernelFactory
{
    private const double DefaultGamma = 0.01;
    private const double DefaultEpsilon = 0.15;

    /// <exception cref="MergeException">A parameter is missing or invalid; the exception names the tensor.</exception>
    public static TensorKernel Create(KernelSpec spec)
    {
        try
        {
            return spec.Method.Method switch
            {
                MergeMethod.Linear => Linear(spec),
                MergeMethod.Slerp => Slerp(spec),
                MergeMethod.NuSlerp => NuSlerp(spec),
                MergeMethod.Passthrough => Passthrough(spec),
                MergeMethod.ModelStock => ModelStock.Create(spec),
                MergeMethod.Sce => SceKernel.Create(spec),
                MergeMethod.Karcher => KarcherMean.Create(spec),
                MergeMethod.MultiSlerp => MultiSlerp.Create(spec),
                MergeMethod.ArceeFusion => ArceeFusionKernel.Create(spec),
                MergeMethod.NearSwap => NearSwapKernel.Create(spec),
                _ => TaskVectors(spec),
            };
        }
        catch (MergeException error) when (error.Tensor is null)
        {
            throw error.At(error.File, spec.Tensor);
        }
    }

    private static LinearKernel Linear(KernelSpec spec) =>
        LinearKernel.Create([.. spec.Inputs.Select(input => spec.Number(input, "weight", null))],
            spec.Flag("normalize", spec.Method.Normalize));

    private static TensorKernel Slerp(KernelSpec spec)
    {
        if (spec.Inputs.Count == 1)
        {
            return new PassthroughKernel(1);
        }

        return spec.Inputs.Count == 2
            ? new SlerpKernel(spec.Parameters.ContainsKey("t")
                ? spec.Number("t", 0)
                : throw new MergeException("slerp needs the parameter 't', which the recipe does not set for this tensor"))
            : throw new MergeException($"slerp needs exactly two models, not {spec.Inputs.Count}");
    }

    private static TensorKernel NuSlerp(KernelSpec spec)
    {
        InputSpec[] models = [.. spec.Inputs.Where(input => !input.IsBase)];
        if (spec.Inputs.Count == 1)
        {
            return new PassthroughKernel(1);
        }

        if (models.Length != 2)
        {
            throw new MergeException($"nuslerp needs exactly two models besides the base, not {models.Length}");
        }

        double share = NuSlerpKernel.ShareOf(spec.Number(models[0], "weight", null), spec.Number(models[1], "weight", null));
        NuSlerpScope scope = spec.Flag("nuslerp_flatten", true) || spec.Shape.RowCount == 1 ? NuSlerpScope.Tensor
            : spec.Flag("nuslerp_row_wise", false) ? NuSlerpScope.Column
            : NuSlerpScope.Row;
        return new NuSlerpKernel(share, scope, spec.Inputs.Count == 3, spec.Shape[1]);
    }

    private static PassthroughKernel Passthrough(KernelSpec spec) =>
        spec.Inputs is [var input]
            ? new PassthroughKernel(spec.Number(input, "scale", 1))
            : throw new MergeException($"passthrough needs exactly one model, not {spec.Inputs.Count}");

    private static TaskVectorKernel TaskVectors(KernelSpec spec)
    {
        Rescale rescale = RescaleOf(spec);
        var vectors = new List<TaskVector>();
        foreach (InputSpec input in spec.Inputs.Where(input => !input.IsBase))
        {
            double density = spec.Number(input, "density", 1);
            if (density < 0)
            {
                throw new MergeException($"density {density} of '{input.Model}' must not be negative", line: input.Line);
            }

            vectors.Add(new TaskVector(spec.Number(input, "weight", null), SparsifierFor(spec, input, density, rescale), rescale));
        }

        return new TaskVectorKernel(vectors, ConsensusOf(spec), spec.Flag("normalize", spec.Method.Normalize), spec.Number("lambda", 1));
    }

    private static Sparsifier SparsifierFor(KernelSpec spec, InputSpec input, double density, Rescale rescale)
    {
        long count = spec.Shape.ElementCount;
        var random = new KeyedRandom(spec.Seed, spec.Tensor, input.ModelIndex);
        switch (spec.Method.Sparsification)
        {
            case Sparsification.Magnitude:
                return SizeSparsifier.Largest(density, count);
            case Sparsification.Random:
                return RandomSparsifier.Create(density, random);
            case Sparsification.Outliers:
                double gamma = spec.Number(input, "gamma", DefaultGamma);
                return gamma is >= 0 and < 1
                    ? SizeSparsifier.WithoutOutliers(density, gamma, count)
                    : throw new MergeException($"gamma {gamma} of '{input.Model}' must be between 0 and 1", line: input.Line);
            case Sparsification.Rank:
                return RankSparsifier.Create(density, spec.Number(input, "epsilon", DefaultEpsilon), random, rescale);
            default:
                return new KeepAll();
        }
    }

    private static Rescale RescaleOf(KernelSpec spec)
    {
        if (!spec.Parameters.TryGetValue("rescale", out ParameterScalar value))
        {
            return spec.Method.Rescale ? Rescale.L1 : Rescale.None;
        }

        return value.Text switch
        {
            null => value.Number != 0 ? Rescale.L1 : Rescale.None,
            "l1" => Rescale.L1,
            "inv_density" => Rescale.InverseDensity,
            "none" => Rescale.None,
            _ => throw new MergeException($"rescale must be true, false, l1 or inv_density, not '{value.Text}'"),
        };
    }

    private static Consensus ConsensusOf(KernelSpec spec)
    {
        if (!spec.Method.Consensus)
        {
            return Consensus.None;
        }

        return !spec.Parameters.TryGetValue("consensus", out ParameterScalar value) ? Consensus.Sum : value.Text switch
        {
            "sum" => Consensus.Sum,
            "count" => Consensus.Count,
            _ => throw new MergeException($"consensus must be sum or count, not '{value}'"),
        };
    }
}
