using System.Text.Json;
using LlamaNative.Merging.Methods;
using LlamaNative.Merging.Recipe;
using LlamaNative.Merging.Sparsify;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Tests;

/// <summary>The methods, compared with mergekit's results for various block sizes and thread counts.</summary>
public class TensorKernelTests
{
    [Fact]
    public void Every_case_is_within_tolerance()
    {
        string failures = "";
        int count = 0;
        foreach (JsonElement @case in VectorFile.Root.GetProperty("cases").EnumerateArray())
        {
            string id = @case.GetProperty("id").GetString()!;
            try
            {
                foreach ((int threads, int blockElements) in new[] { (1, 1 << 18), (1, 1), (3, 8) })
                {
                    failures += VectorFile.Differences($"{id} ({threads} threads, blocks of {blockElements})",
                        Run(@case, threads, blockElements), VectorFile.Floats(@case.GetProperty("expected")));
                }
            }
            catch (Exception error) when (error is MergeException or NotSupportedException)
            {
                failures += $"{id}: {error.Message}\n";
            }

            count++;
        }

        Assert.True(failures.Length == 0, failures);
        Assert.True(count >= 30, $"only {count} cases");
    }

    private static float[] Run(JsonElement @case, int threads, int blockElements)
    {
        string method = @case.GetProperty("method").GetString()!;
        JsonElement parameters = @case.GetProperty("params");
        JsonElement[] tensors = [.. @case.GetProperty("inputs").EnumerateArray()];
        long[] lengths = VectorFile.Shape(tensors[0]);
        float[][] inputs = [.. tensors.Select(VectorFile.Floats)];
        if (method == "della_probs")
        {
            return Probabilities(parameters, inputs[0], (int)lengths[^1]);
        }

        if (parameters.TryGetProperty("is_embed", out _))
        {
            // Like the planner for embeddings of different height: only the common rows.
            lengths[0] = tensors.Min(tensor => VectorFile.Shape(tensor)[0]);
        }

        Assert.True(MethodTraits.TryParse(method, out MethodTraits? traits), $"unknown method {method}");
        Array.Reverse(lengths);
        var shape = new TensorShape(lengths);
        KernelSpec spec = SpecOf(traits, parameters, inputs.Length, shape);
        if (traits.Method == MergeMethod.NuSlerp && spec.Inputs.Count == 3)
        {
            // The file has the base first everywhere; this kernel takes it last.
            inputs = [inputs[1], inputs[2], inputs[0]];
        }

        TensorKernel kernel = traits.Sparsification == Sparsification.Random ? WithMasks(@case, spec) : KernelFactory.Create(spec);
        return Arrays.Run(kernel, shape, inputs, threads, blockElements);
    }

    private static KernelSpec SpecOf(MethodTraits traits, JsonElement parameters, int inputCount, TensorShape shape)
    {
        bool baseFirst = traits.TaskVector;
        bool baseLast = traits.Method == MergeMethod.NuSlerp && inputCount == 3;
        var common = new Dictionary<string, ParameterScalar>();
        var own = Enumerable.Range(0, inputCount).Select(_ => new Dictionary<string, ParameterScalar>()).ToArray();
        foreach (JsonProperty parameter in parameters.EnumerateObject())
        {
            string name = parameter.Name switch
            {
                "weights" => "weight",
                "densities" => "density",
                "gammas" => "gamma",
                "epsilons" => "epsilon",
                "flatten" => "nuslerp_flatten",
                "row_wise" => "nuslerp_row_wise",
                _ => parameter.Name,
            };
            if (parameter.Value.ValueKind == JsonValueKind.Array)
            {
                double[] values = VectorFile.Numbers(parameter.Value);
                for (int i = 0; i < values.Length; i++)
                {
                    own[i + (baseFirst ? 1 : 0)][name] = values[i];
                }
            }
            else if (name == "scale")
            {
                own[0][name] = parameter.Value.GetDouble();
            }
            else if (name is not ("is_embed" or "base"))
            {
                common[name] = parameter.Value.ValueKind switch
                {
                    JsonValueKind.String => parameter.Value.GetString()!,
                    JsonValueKind.Number => parameter.Value.GetDouble(),
                    _ => parameter.Value.GetBoolean() ? 1 : 0,
                };
            }
        }

        return new KernelSpec
        {
            Tensor = "x",
            Shape = shape,
            Method = traits,
            Parameters = common,
            Inputs = [.. own.Select((values, i) => new InputSpec($"model {i}", i, (baseFirst && i == 0) || (baseLast && i == 2), values))],
        };
    }

    /// <summary>The random methods, with masks from the file instead of random numbers.</summary>
    private static TaskVectorKernel WithMasks(JsonElement @case, KernelSpec spec)
    {
        bool[][] masks = [.. @case.GetProperty("keep_masks").EnumerateArray()
            .Select(mask => mask.EnumerateArray().Select(value => value.GetInt32() != 0).ToArray())];
        Rescale rescale = spec.Parameters["rescale"].Text == "inv_density"
            ? Rescale.InverseDensity
            : spec.Parameters["rescale"].Text == "l1" ? Rescale.L1 : Rescale.None;
        TaskVector[] vectors =
        [
            .. spec.Inputs.Skip(1).Select((input, i) =>
                new TaskVector(input.Parameters["weight"].Number, new GivenMask(masks[i], input.Parameters["density"].Number), rescale)),
        ];
        return new TaskVectorKernel(vectors, spec.Method.Consensus ? Consensus.Sum : Consensus.None,
            spec.Flag("normalize", spec.Method.Normalize), spec.Number("lambda", 1));
    }

    private static float[] Probabilities(JsonElement parameters, float[] values, int rowLength)
    {
        var sparsifier = (RankSparsifier)RankSparsifier.Create(parameters.GetProperty("density").GetDouble(),
            parameters.GetProperty("epsilon").GetDouble(), default, Rescale.None);
        var result = new List<float>();
        for (int start = 0; start < values.Length; start += rowLength)
        {
            var row = new double[rowLength];
            sparsifier.Probabilities(values.AsSpan(start, rowLength), row);
            result.AddRange(row.Select(value => (float)value));
        }

        return [.. result];
    }

    private sealed class GivenMask(bool[] mask, double density) : Sparsifier
    {
        public override double ScaleFor(Rescale rescale) => rescale == Rescale.InverseDensity ? 1 / density : 1;

        public override void Keep(in DeltaBlock block, Span<float> factors)
        {
            for (int i = 0; i < factors.Length; i++)
            {
                factors[i] = mask[block.FirstElement + i] ? 1 : 0;
            }
        }
    }
}
