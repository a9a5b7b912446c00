using LlamaNative.Compute;
using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;
using LlamaNative.Merging.Methods;
using LlamaNative.Merging.Recipe;
using LlamaNative.Merging.Tokenizers;
using LlamaNative.Tensors;

namespace LlamaNative.Merging.Planning;

/// <summary>Plans every output tensor: its name, inputs and parameters.</summary>
internal sealed class TensorPlanner(MergeRecipe recipe, MergeOptions options, ModelSet models,
    IReadOnlyList<PlannedSlice> slices, OutputTypes types, VocabularyPlan? vocabulary)
{
    private static readonly string[] s_ownParameters = ["weight", "density", "gamma", "epsilon", "scale"];

    private readonly MethodTraits _method = MethodTraits.Of(recipe.Method);
    private readonly int _layers = slices.Sum(slice => slice.LayerCount);
    private readonly List<TensorPlan> _plans = [];
    private string[] _names = [];

    /// <summary>Number of rows of the vocabulary matrices.</summary>
    public long VocabularySize { get; private set; } = -1;

    public List<TensorPlan> Plan()
    {
        PlannedSlice first = slices[0];
        PlannedSlice last = slices[^1];
        PlannedSlice embeddings = Alone(recipe.EmbeddingSource, first);
        PlannedSlice outputs = Alone(recipe.OutputSource, last);
        string[] before = NamesOf(embeddings, TensorRole.Embedding);
        string[] after = [.. NamesOf(outputs, TensorRole.Post).Where(name => name != TensorNames.Output),
            .. NeedsOutput(embeddings, outputs) ? new[] { TensorNames.Output } : []];
        (string Name, PlannedSlice Slice, int Layer, int Index)[] layers = [.. Layers()];
        _names =
        [
            .. before.Concat(layers.Select(layer => layer.Name)).Concat(after)
                .OrderBy(TensorNames.CheckpointOrder).Select(name => TensorNames.Of(name).HuggingFace),
        ];

        Array.ForEach(before, name => Add(name, embeddings, new TensorPlace(TensorRole.Embedding, 0, _layers, 0, _names),
            layer: null, recipe.EmbeddingSource is not null));
        foreach ((string name, PlannedSlice slice, int layer, int index) in layers)
        {
            Add(name, slice, new TensorPlace(TensorRole.Layer, index, _layers, LayerPosition.Of(layer, slice.LayerCount), _names),
                layer, alone: false);
        }

        Array.ForEach(after, name => Add(name, outputs, new TensorPlace(TensorRole.Post, 0, _layers, options.PostLayerT, _names),
            layer: null, recipe.OutputSource is not null));
        return _plans;
    }

    /// <summary>A slice with a single model, if the recipe names one for the tensors outside layers.</summary>
    private PlannedSlice Alone(string? source, PlannedSlice slice) => source is null
        ? slice
        : new PlannedSlice([new PlannedSource(models.Get(source, line: null), 0, MergeRecipe.NoParameters, null)],
            Base: null, MergeRecipe.NoParameters, 0);

    private static string[] NamesOf(PlannedSlice slice, TensorRole role) =>
        [.. slice.Sources.SelectMany(source => source.Model.File.Tensors).Select(tensor => tensor.Name)
            .Where(name => TensorNames.RoleOf(name) == role).Distinct()];

    /// <summary>
    /// Models without an output matrix use their embeddings (tied weights). So does the output, unless a model has one or the
    /// embeddings come from other models than the tensors after the layers.
    /// </summary>
    private static bool NeedsOutput(PlannedSlice embeddings, PlannedSlice outputs) =>
        outputs.Sources.Any(source => source.Model.Find(TensorNames.Output) is not null)
        || !embeddings.Sources.Select(source => source.Model).SequenceEqual(outputs.Sources.Select(source => source.Model));

    private IEnumerable<(string Name, PlannedSlice Slice, int Layer, int Index)> Layers()
    {
        int index = 0;
        foreach (PlannedSlice slice in slices)
        {
            for (int layer = 0; layer < slice.LayerCount; layer++, index++)
            {
                foreach (string part in slice.Sources.SelectMany(source => source.Model.PartsOfLayer(source.Start + layer)).Distinct())
                {
                    yield return (TensorNames.OfLayer(index, part), slice, layer, index);
                }
            }
        }
    }

    private void Add(string name, PlannedSlice slice, TensorPlace place, int? layer, bool alone)
    {
        TensorNames.TrySplitLayer(name, out _, out string? part);
        var found = new List<Found>();
        MergeModel? without = null;
        foreach (PlannedSource source in slice.Sources)
        {
            string inputName = layer is { } index ? TensorNames.OfLayer(source.Start + index, part!) : name;
            GgufTensorInfo? tensor = source.Model.Find(inputName)
                ?? (name == TensorNames.Output ? source.Model.Find(TensorNames.TokenEmbedding) : null);
            if (tensor is null)
            {
                without = source.Model;
            }
            else
            {
                found.Add(new Found(source, tensor, TensorNames.Of(inputName)));
            }
        }

        if (found.Count == 0)
        {
            throw new MergeException("the model has neither this tensor nor a substitute", slice.Sources[0].Model.Path, name);
        }

        Found first = found.Find(input => input.Source.Model == slice.Base) ?? found[0];
        MethodTraits method = alone || TensorNames.IsCopied(name) || !OutputTypes.IsFloat(first.Tensor.Type)
            ? MethodTraits.Of(MergeMethod.Passthrough)
            : _method;
        if (method != _method)
        {
            found = [first];
        }
        else if (without is not null && !MayLack(name, slice, found))
        {
            throw new MergeException($"the model lacks this tensor, which {first.Source.Model.Path} has", without.Path, name);
        }

        found = InKernelOrder(found, slice, method);
        (long rows, IReadOnlyList<RowMap?> maps) = TensorNames.IsVocabulary(name)
            ? FitVocabulary(name, found, slice, method)
            : (first.Tensor.Shape.RowCount, new RowMap?[found.Count]);
        if (!TensorNames.IsVocabulary(name))
        {
            found = RequireSameShape(name, found, first, slice);
        }

        _plans.Add(Create(name, slice, place, method, method == _method, found, maps, rows));
    }

    private TensorPlan Create(string name, PlannedSlice slice, TensorPlace place, MethodTraits method,
        bool withParameters, List<Found> found, IReadOnlyList<RowMap?> maps, long rows)
    {
        TensorShape shape = TensorNames.IsVocabulary(name) ? new TensorShape(found[0].Tensor.Shape[0], rows) : found[0].Tensor.Shape;
        TensorName outputName = TensorNames.Of(name);
        var spec = new KernelSpec
        {
            Tensor = name,
            Shape = shape,
            Method = method,
            Seed = options.Seed,
            Parameters = withParameters
                ? Resolve(method.Parameters.Except(s_ownParameters), outputName, place, slice.Parameters)
                : new Dictionary<string, ParameterScalar>(),
            Inputs =
            [
                .. found.Select(input => new InputSpec(
                    input.Source.Model.Name,
                    input.Source.Model.Index,
                    input.Source.Model == slice.Base && method.TakesBaseApart,
                    withParameters ? Resolve(method.Parameters.Intersect(s_ownParameters), input.Name, place,
                        input.Source.Parameters, slice.Parameters) : new Dictionary<string, ParameterScalar>(),
                    input.Source.Line)),
            ],
        };

        // Validate parameters here, before anything is written.
        try
        {
            KernelFactory.Create(spec);
        }
        catch (MergeException error) when (error.File is null)
        {
            throw error.At(recipe.File, error.Tensor);
        }

        if (found.Find(input => OutputTypes.IsFloat(input.Tensor.Type) && !Quantizer.Supports(input.Tensor.Type)) is { } unreadable)
        {
            throw new MergeException(
                $"the type {GgmlTypeInfo.Of(unreadable.Tensor.Type).Name} is only for intermediate results and cannot be read from a file",
                unreadable.Source.Model.Path, unreadable.Tensor.Name);
        }

        GgufTensorInfo tensor = found[0].Tensor;
        bool unchanged = found.Count == 1 && method.Method == MergeMethod.Passthrough && maps[0] is null
            && tensor.Shape.Equals(shape) && spec.Number(spec.Inputs[0], "scale", 1) == 1;
        GgmlType type = types.For(name, shape, [.. found.Select(input => (input.Source.Model, input.Tensor.Type))], unchanged);
        return new TensorPlan
        {
            Place = place,
            Spec = spec,
            Inputs = [.. found.Select((input, i) => new TensorInput(input.Source.Model, input.Tensor, maps[i]))],
            Type = type,
            IsUnchanged = unchanged,
            IsCopy = unchanged && type == tensor.Type,
        };
    }

    private bool MayLack(string name, PlannedSlice slice, List<Found> found)
    {
        bool hasBase = found.Exists(input => input.Source.Model == slice.Base);
        bool hasOther = found.Exists(input => input.Source.Model != slice.Base);
        return _method.Method == MergeMethod.Slerp
            || ((TensorNames.IsOptional(name) || options.AllowSkip) && (!_method.TaskVector || (hasBase && hasOther)));
    }

    /// <summary>Orders the inputs: the base is first for task vectors and slerp, and last for nuslerp.</summary>
    private static List<Found> InKernelOrder(List<Found> found, PlannedSlice slice, MethodTraits method) => method.Method switch
    {
        MergeMethod.NuSlerp => [.. found.OrderBy(input => input.Source.Model == slice.Base ? 1 : 0)],
        MergeMethod.Slerp or MergeMethod.MultiSlerp => [.. found.OrderBy(input => input.Source.Model == slice.Base ? 0 : 1)],
        _ when method.TaskVector => [.. found.OrderBy(input => input.Source.Model == slice.Base ? 0 : 1)],
        _ => found,
    };

    private List<Found> RequireSameShape(string name, List<Found> found, Found reference, PlannedSlice slice)
    {
        TensorShape shape = reference.Tensor.Shape;
        List<Found> kept = [.. found.Where(input => input.Tensor.Shape == shape)];
        if (kept.Count == found.Count)
        {
            return found;
        }

        Found odd = found.Find(input => input.Tensor.Shape != shape)!;
        return options.AllowSkip && _method.TaskVector && kept.Exists(input => input.Source.Model != slice.Base)
            ? kept
            : throw new MergeException($"the shape is {odd.Tensor.Shape}, but in {reference.Source.Model.Path} it is {shape}",
                odd.Source.Model.Path, name);
    }

    private (long Rows, IReadOnlyList<RowMap?> Maps) FitVocabulary(string name, List<Found> found, PlannedSlice slice, MethodTraits method)
    {
        TensorShape shape = found[0].Tensor.Shape;
        if (shape.IsEmpty || shape.RowCount > int.MaxValue)
        {
            throw new MergeException($"a vocabulary matrix cannot have the shape {shape}", found[0].Source.Model.Path, name);
        }

        if (found.Find(input => input.Tensor.Shape[0] != shape[0] || input.Tensor.Shape.RowCount != input.Tensor.Shape[1]) is { } odd)
        {
            throw new MergeException($"the shape is {odd.Tensor.Shape}, but in {found[0].Source.Model.Path} it is {shape}",
                odd.Source.Model.Path, name);
        }

        var fit = new VocabularyFit(found.ConvertAll(input => (input.Source.Model, input.Tensor)), slice.Base, method);
        (long rows, IReadOnlyList<RowMap?> maps) = vocabulary is not null ? fit.ByToken(vocabulary, name)
            : recipe.KeepsFirstVocabulary ? fit.ByFirst()
            : fit.ByNumber(name);
        if (VocabularySize >= 0 && rows != VocabularySize)
        {
            throw new MergeException(
                $"the vocabulary has {rows} tokens here, but {VocabularySize} in {TensorNames.TokenEmbedding}; "
                + "set tokenizer_source in the recipe",
                found[0].Source.Model.Path, name);
        }

        VocabularySize = rows;
        return (rows, maps);
    }

    /// <summary>Resolves the parameters of a tensor: the most specific level that sets a parameter wins.</summary>
    private Dictionary<string, ParameterScalar> Resolve(IEnumerable<string> names, TensorName tensor,
        TensorPlace place, params IReadOnlyDictionary<string, ParameterSetting>[] levels)
    {
        var values = new Dictionary<string, ParameterScalar>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            foreach (IReadOnlyDictionary<string, ParameterSetting> level in levels.Append(recipe.Parameters))
            {
                if (level.TryGetValue(name, out ParameterSetting? setting) && setting.Resolve(tensor, place) is { } value)
                {
                    values[name] = value with { Line = setting.Line };
                    break;
                }
            }
        }

        return values;
    }

    private sealed record Found(PlannedSource Source, GgufTensorInfo Tensor, TensorName Name);
}
