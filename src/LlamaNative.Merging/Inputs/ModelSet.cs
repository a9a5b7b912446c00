using System.Globalization;
using LlamaNative.Gguf;

namespace LlamaNative.Merging.Inputs;

/// <summary>The models of a merge by their recipe names; each file is opened once.</summary>
internal sealed class ModelSet(MergeRecipe recipe, MergeOptions options) : IDisposable
{
    public const string RopeFrequencyKey = "rope.freq_base";

    private const int MaxModels = 64;

    // Metadata that must match for a tensor to have the same meaning in both models.
    private static readonly string[] s_mustAgree =
    [
        "embedding_length", "attention.head_count", "attention.head_count_kv", "feed_forward_length", RopeFrequencyKey,
    ];

    private static readonly string[] s_shouldAgree =
    [
        "context_length", "attention.layer_norm_rms_epsilon", "attention.key_length", "attention.value_length",
        "rope.dimension_count", "rope.scaling.type", "rope.scaling.factor", "expert_count", "expert_used_count",
    ];

    private readonly Dictionary<string, MergeModel> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MergeModel> _byPath = new(StringComparer.Ordinal);

    public IReadOnlyCollection<MergeModel> All => _byPath.Values;

    /// <summary>Returns a model by name, opening it on first use.</summary>
    public MergeModel Get(string name, int? line)
    {
        if (_byName.TryGetValue(name, out MergeModel? known))
        {
            return known;
        }

        string path = Resolve(name, line);
        if (!_byPath.TryGetValue(path, out MergeModel? model))
        {
            if (_byPath.Count == MaxModels)
            {
                throw new MergeException($"the recipe has more than {MaxModels} models", recipe.File, line: line);
            }

            model = MergeModel.Open(name, _byPath.Count, path, line);
            _byPath.Add(path, model);
        }

        _byName.Add(name, model);
        return model;
    }

    /// <summary>Rejects models that cannot be merged with the reference.</summary>
    /// <param name="reference">The model whose metadata the output uses.</param>
    /// <param name="models">The merged models.</param>
    /// <param name="ropeFrequency">The RoPE base frequency of the output, if it was chosen: then the models may differ in it.</param>
    /// <param name="warnings">Receives the differences that are allowed.</param>
    public static void CheckAgreement(MergeModel reference, IReadOnlyCollection<MergeModel> models, float? ropeFrequency,
        List<string> warnings)
    {
        foreach (MergeModel model in models)
        {
            if (model.Architecture != reference.Architecture)
            {
                throw new MergeException(
                    $"the architecture is {model.Architecture}, but that of {reference.Path} is {reference.Architecture}", model.Path);
            }

            foreach (string key in s_mustAgree)
            {
                (string here, string there) = (Text(model, key), Text(reference, key));
                if (here == there)
                {
                    continue;
                }

                if (key != RopeFrequencyKey)
                {
                    throw new MergeException($"{model.Architecture}.{key} is {here}, but that of {reference.Path} is {there}", model.Path);
                }

                if (ropeFrequency is null)
                {
                    throw new MergeException(
                        $"{model.Architecture}.{key} is {here}, but that of {reference.Path} is {there}; set rope_freq_base in the recipe, "
                        + "or --rope-freq-base, to a number or to the model whose value the output uses", model.Path);
                }

                warnings.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{model.Path}: {model.Architecture}.{key} is {here}, but that of {reference.Path} is {there}; the output uses "
                    + $"{ropeFrequency}"));
            }

            foreach (string key in s_shouldAgree)
            {
                (string here, string there) = (Text(model, key), Text(reference, key));
                if (here != there)
                {
                    warnings.Add(
                        $"{model.Path}: {model.Architecture}.{key} is {here}, but that of {reference.Path}, which the output uses, "
                        + $"is {there}");
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (MergeModel model in _byPath.Values)
        {
            model.Dispose();
        }
    }

    private static string Text(MergeModel model, string key)
    {
        GgufValue? value = model.FindOwn(key);

        // The format's defaults: one key-value head per head, and a RoPE base of 10000.
        return (value, key) switch
        {
            ({ Type: GgufValueType.Array }, _) => "per layer",
            ({ } found, _) => found.ToString(),
            (null, "attention.head_count_kv") => Text(model, "attention.head_count"),
            (null, RopeFrequencyKey) => "10000",
            _ => "unset",
        };
    }

    private string Resolve(string name, int? line)
    {
        string[] candidates = options.Models.TryGetValue(name, out string? path) ? [path] : [.. Candidates(Path.Combine(Folder(), name))];
        if (Array.Find(candidates, File.Exists) is { } file)
        {
            return Path.GetFullPath(file);
        }

        if (Array.Find(candidates, Directory.Exists) is { } folder)
        {
            (string? model, string? problem) = ModelFolder.Find(folder);
            return model is not null
                ? Path.GetFullPath(model)
                : throw new MergeException($"model '{name}' not found; {problem}", recipe.File, line: line);
        }

        // mergekit writes a model with an adapter as path+adapter.
        throw new MergeException(
            path is null && name.Contains('+', StringComparison.Ordinal)
                ? $"'{name}' adds a LoRA adapter to a model, which is not supported; apply the adapter to the model first"
                : $"model '{name}' not found; tried {string.Join(", ", candidates)}",
            recipe.File, line: line);
    }

    private string Folder() => options.ModelFolder ?? (recipe.File is null ? null : Path.GetDirectoryName(Path.GetFullPath(recipe.File)))
        ?? Environment.CurrentDirectory;

    private static IEnumerable<string> Candidates(string path)
    {
        yield return path;
        yield return path + ".gguf";

        // In path@revision the revision is ignored: only one exists on disk.
        int at = path.LastIndexOf('@');
        if (at > path.LastIndexOf(Path.DirectorySeparatorChar) + 1)
        {
            yield return path[..at];
            yield return path[..at] + ".gguf";
        }
    }
}
