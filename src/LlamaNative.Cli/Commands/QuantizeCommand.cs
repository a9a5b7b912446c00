using System.CommandLine;
using System.Globalization;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Gguf;
using LlamaNative.Models;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Commands;

/// <summary>Quantizes a model file.</summary>
internal sealed class QuantizeCommand : ShellCommand
{
    private readonly Argument<string> _input = new("IN") { Description = "The model; for a split model, any part" };
    private readonly Argument<string> _output = new("OUT") { Description = "The file to write" };
    private readonly Argument<string> _type = new("TYPE") { Description = "The type, e.g. Q4_K_M, Q8_0, F16" };
    private readonly Option<string?> _imatrix = new("--imatrix")
    {
        Description = "An importance matrix in GGUF, as llama-imatrix writes it",
        HelpName = "FILE",
    };
    private readonly Option<bool> _allowRequantize = new("--allow-requantize")
    {
        Description = "Also quantize tensors that are already quantized",
    };
    private readonly Option<bool> _leaveOutput = new("--leave-output-tensor") { Description = "Leave output.weight unchanged" };
    private readonly Option<bool> _pure = new("--pure") { Description = "Use one type for all tensors" };
    private readonly Option<bool> _keepSplit = new("--keep-split")
    {
        Description = "Write as many parts as the input has; the output qs.gguf becomes qs-00001-of-00002.gguf and so on",
    };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only print the resulting types and sizes" };
    private readonly Option<string?> _outputType = new("--output-tensor-type")
    {
        Description = "The type of output.weight",
        HelpName = "TYPE",
    };
    private readonly Option<string?> _embeddingType = new("--token-embedding-type")
    {
        Description = "The type of token_embd.weight",
        HelpName = "TYPE",
    };
    private readonly Option<int?> _threads = new("--threads", "-t") { Description = "Threads to use", HelpName = "N" };

    public QuantizeCommand(Shell shell)
        : base(shell, "quantize", "Quantize a model file")
    {
        Add(_input);
        Add(_output);
        Add(_type);
        foreach (Option option in new Option[] { _imatrix, _allowRequantize, _leaveOutput, _pure, _keepSplit,
            _dryRun, _outputType, _embeddingType, _threads })
        {
            Add(option);
        }
    }

    protected override int Run(ParseResult parse)
    {
        var options = new ModelQuantizationOptions
        {
            FileType = TypeNames.FileType(parse.GetRequiredValue(_type)),
            OutputTensorType = TypeNames.Tensor(parse.GetValue(_outputType)),
            TokenEmbeddingType = TypeNames.Tensor(parse.GetValue(_embeddingType)),
            AllowRequantize = parse.GetValue(_allowRequantize),
            QuantizeOutputTensor = !parse.GetValue(_leaveOutput),
            Pure = parse.GetValue(_pure),
            KeepSplit = parse.GetValue(_keepSplit),
            Threads = parse.GetValue(_threads),
            ImportanceMatrix = parse.GetValue(_imatrix) is { } file
                ? AdapterArguments.Named(_imatrix, () => ImportanceMatrixFile.Read(file))
                : null,
        };
        string input = parse.GetRequiredValue(_input);
        IReadOnlyList<QuantizedTensor> tensors = parse.GetValue(_dryRun)
            ? ModelQuantizer.Plan(input, options)
            : ModelQuantizer.Quantize(input, parse.GetRequiredValue(_output), options, new Progress(Shell), Interrupted);
        Summarize(tensors);
        return ExitCode.Success;
    }

    private void Summarize(IReadOnlyList<QuantizedTensor> tensors)
    {
        foreach (IGrouping<GgmlType, QuantizedTensor> type in tensors.GroupBy(tensor => tensor.Type))
        {
            Shell.Tell(string.Create(CultureInfo.InvariantCulture,
                $"{GgmlTypeInfo.Of(type.Key).Name,-8} {type.Count(),5} tensors "
                + $"{type.Sum(tensor => tensor.SourceByteCount) / 1048576.0,10:F1} MiB -> "
                + $"{type.Sum(tensor => tensor.ByteCount) / 1048576.0,10:F1} MiB"));
        }
    }

    /// <summary>Prints a line for each tensor when it starts.</summary>
    private sealed class Progress(Shell shell) : IProgress<ModelQuantizationProgress>
    {
        private int _shown = -1;

        public void Report(ModelQuantizationProgress value)
        {
            if (value.TensorIndex != _shown)
            {
                _shown = value.TensorIndex;
                shell.Tell(string.Create(CultureInfo.InvariantCulture,
                    $"[{value.TensorIndex + 1,4}/{value.TensorCount}] {value.Fraction,6:P1} {value.Tensor.Name,-40} "
                    + $"{GgmlTypeInfo.Of(value.Tensor.SourceType).Name,-6} -> {GgmlTypeInfo.Of(value.Tensor.Type).Name}"));
            }
        }
    }
}
