using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LlamaNative.Models;

namespace LlamaNative.Cli.Arguments;

/// <summary>Options for the model and the placement of its layers.</summary>
internal sealed class ModelArguments
{
    private readonly Option<string> _model = new("--model", "-m")
    {
        Description = "The GGUF file; for a split model, any part",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<int?> _gpuLayers = new("--gpu-layers", "--n-gpu-layers", "-ngl")
    {
        Description = "Layers to keep on the GPU, 'all', or 'auto' for all if there is a GPU [default: auto]",
        HelpName = "N",
        CustomParser = ParseGpuLayers,
    };

    private readonly Option<TensorPlacement[]> _placements = new("--override-tensor", "-ot")
    {
        Description =
            "Put tensors whose names match a regular expression on a device, whichever layer they belong to; repeatable",
        HelpName = "PATTERN=DEVICE",
        CustomParser = ParsePlacements,
    };

    /// <param name="command">The command to add the options to.</param>
    /// <param name="vocabularyOnly">Whether the command needs no weights.</param>
    public ModelArguments(Command command, bool vocabularyOnly = false)
    {
        VocabularyOnly = vocabularyOnly;
        command.AddAll(vocabularyOnly ? [_model] : [_model, _gpuLayers, _placements]);
    }

    private bool VocabularyOnly { get; }

    public string Path(ParseResult parse) => parse.GetRequiredValue(_model);

    public int? GpuLayers(ParseResult parse) => VocabularyOnly ? null : parse.GetValue(_gpuLayers);

    public ModelOptions Options(ParseResult parse) => new()
    {
        VocabularyOnly = VocabularyOnly,
        GpuLayers = GpuLayers(parse),
        TensorPlacements = VocabularyOnly ? [] : parse.GetValue(_placements) ?? [],
    };

    public LlamaModel Load(ParseResult parse, IProgress<float>? progress = null, CancellationToken cancellationToken = default) =>
        LlamaModel.Load(Path(parse), Options(parse), progress, cancellationToken);

    private static int? ParseGpuLayers(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text is "auto" or "-1")
        {
            return null;
        }

        if (text == "all")
        {
            return int.MaxValue;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int layers))
        {
            result.AddError($"--gpu-layers takes a number, 'all' or 'auto', not '{text}'.");
        }

        return layers;
    }

    private static TensorPlacement[]? ParsePlacements(ArgumentResult result)
    {
        var placements = new List<TensorPlacement>();
        foreach (string text in result.Tokens.Select(token => token.Value))
        {
            // A pattern may contain '=', a device name does not.
            int sign = text.LastIndexOf('=');
            if (sign <= 0 || sign == text.Length - 1)
            {
                result.AddError($"--override-tensor takes PATTERN=DEVICE, not '{text}'.");
                return null;
            }

            placements.Add(new TensorPlacement(text[..sign], text[(sign + 1)..]));
        }

        return [.. placements];
    }
}
