using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LlamaNative.Cli.Terminal;
using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Cli.Commands;

/// <summary>Shows the contents of a GGUF file, without loading a native library.</summary>
internal sealed class InspectCommand : ShellCommand
{
    private const int ShownElements = 6;

    private readonly Argument<string> _file = new("FILE") { Description = "The GGUF file; for a split model, any part" };
    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print one JSON object: version, metadata with whole arrays, tensors",
    };
    private readonly Option<bool> _tensors = new("--tensors") { Description = "List every tensor" };

    public InspectCommand(Shell shell)
        : base(shell, "inspect", "Show the metadata and tensors of a GGUF file")
    {
        Add(_file);
        Add(_json);
        Add(_tensors);
    }

    protected override int Run(ParseResult parse)
    {
        using GgufFile file = GgufFile.Open(parse.GetRequiredValue(_file));
        if (parse.GetValue(_json))
        {
            Shell.WriteJson(json => WriteJson(json, file));
        }
        else
        {
            WriteText(file, parse.GetValue(_tensors));
        }

        return ExitCode.Success;
    }

    private static void WriteJson(Utf8JsonWriter json, GgufFile file)
    {
        json.WriteStartObject();
        json.WriteNumber("version", file.Version);
        json.WriteStartObject("metadata");
        foreach ((string key, GgufValue value) in file.Metadata)
        {
            json.WritePropertyName(key);
            GgufJson.Write(json, value);
        }

        json.WriteEndObject();
        json.WriteStartArray("tensors");
        foreach ((GgufTensorInfo tensor, long offset) in WithOffsets(file))
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("type", GgmlTypeInfo.Of(tensor.Type).Name);
            json.WriteStartArray("shape");
            for (int i = 0; i < tensor.Shape.Rank; i++)
            {
                json.WriteNumberValue(tensor.Shape[i]);
            }

            json.WriteEndArray();
            json.WriteNumber("offset", offset);
            json.WriteNumber("bytes", tensor.ByteCount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteText(GgufFile file, bool tensors)
    {
        Shell.Write(
            $"GGUF version {file.Version}, {file.Metadata.Count} keys, {file.Tensors.Count} tensors, {Size(file.ByteCount)}, "
            + $"{file.Paths.Count} file(s)\n\n");
        int width = file.Metadata.Keys.Select(key => key.Length).DefaultIfEmpty().Max();
        foreach ((string key, GgufValue value) in file.Metadata)
        {
            Shell.Write($"{key.PadRight(width)}  {GgufJson.Describe(value, ShownElements)}\n");
        }

        Shell.Write("\n");
        foreach (IGrouping<GgmlType, GgufTensorInfo> type in file.Tensors.GroupBy(tensor => tensor.Type)
            .OrderByDescending(type => type.Sum(tensor => tensor.ByteCount)))
        {
            Shell.Write($"{GgmlTypeInfo.Of(type.Key).Name,-8} {type.Count(),5} tensors {Size(type.Sum(tensor => tensor.ByteCount)),12}\n");
        }

        if (tensors)
        {
            Shell.Write("\n");
            foreach ((GgufTensorInfo tensor, long offset) in WithOffsets(file))
            {
                Shell.Write($"{offset,14} {tensor.ByteCount,14} {GgmlTypeInfo.Of(tensor.Type).Name,-8} {tensor.Shape,-28} {tensor.Name}\n");
            }
        }
    }

    /// <summary>
    /// Each tensor with its offset as the file stores it: relative to the start of the data section of its part.
    /// </summary>
    private static IEnumerable<(GgufTensorInfo Tensor, long Offset)> WithOffsets(GgufFile file)
    {
        Dictionary<int, long> starts = file.Tensors.GroupBy(tensor => tensor.Part).ToDictionary(part => part.Key,
            part => part.Min(tensor => tensor.Offset));
        return file.Tensors.Select(tensor => (tensor, tensor.Offset - starts[tensor.Part]));
    }

    private static string Size(long bytes) => bytes < 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:F1} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):F1} MiB");
}
