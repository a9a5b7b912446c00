using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Planning;

namespace LlamaNative.Cli.Commands;

/// <summary>Predicts the memory that a model and its context need on each device, and finds sizes that fit the free memory.</summary>
internal sealed class PlanCommand : ShellCommand
{
    private readonly ModelArguments _model;
    private readonly ContextArguments _context;
    private readonly Option<int> _sequences = new("--parallel", "-np")
    {
        Description = "Number of parallel sequences",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<bool> _unified = new("--kv-unified", "-kvu") { Description = "Share one KV cache among all sequences" };
    private readonly Option<int> _reserve = new("--reserve")
    {
        Description = "MiB to leave free on each device [default: a sixteenth, at most 1024]",
        HelpName = "MIB",
        DefaultValueFactory = _ => -1,
    };
    private readonly Option<int> _budget = new("--budget")
    {
        Description = "Maximum MiB to use on each device [default: what is free]",
        HelpName = "MIB",
        DefaultValueFactory = _ => -1,
    };
    private readonly Option<bool> _noFit = new("--no-fit") { Description = "Predict for the given sizes, whatever the free memory" };
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON object" };

    public PlanCommand(Shell shell)
        : base(shell, "plan", "Predict the memory a model and context need, without loading; sizes not given are fitted to what is free")
    {
        _model = new ModelArguments(this);
        _context = new ContextArguments(this);
        this.AddAll([_sequences, _unified, _reserve, _budget, _noFit, _json]);
    }

    protected override int Run(ParseResult parse)
    {
        ModelOptions model = _model.Options(parse);
        ContextOptions context = _context.Read(parse) with
        {
            MaxSequences = parse.GetValue(_sequences),
            UnifiedCache = parse.GetValue(_unified),
        };
        var limits = new MemoryFitOptions { ReserveBytes = Bytes(parse.GetValue(_reserve)), BudgetBytes = Bytes(parse.GetValue(_budget)) };
        MemoryPlan plan = parse.GetValue(_noFit)
            ? MemoryPlan.Estimate(_model.Path(parse), model, context, Interrupted)
            : MemoryPlan.Fit(_model.Path(parse), model, context, limits, Interrupted);
        if (parse.GetValue(_json))
        {
            Shell.WriteJson(json => WriteJson(json, plan));
        }
        else
        {
            WriteTable(plan);
        }

        return ExitCode.Success;
    }

    private static void WriteJson(Utf8JsonWriter json, MemoryPlan plan)
    {
        json.WriteStartObject();
        json.WriteNumber("contextSize", plan.ContextSize);
        json.WriteNumber("offloadedLayers", plan.Placement.OffloadedLayers);
        json.WriteNumber("offloadableLayers", plan.Placement.OffloadableLayers);
        json.WriteBoolean("fits", plan.Fits);
        json.WriteNumber("neededBytes", plan.NeededBytes);
        json.WriteStartArray("devices");
        foreach (DeviceMemory device in plan.Devices)
        {
            json.WriteStartObject();
            json.WriteString("name", device.Name);
            json.WriteString("kind", device.Kind.ToString());
            json.WriteNumber("weights", device.WeightBytes);
            json.WriteNumber("mappedWeights", device.MappedWeightBytes);
            json.WriteNumber("cache", device.CacheBytes);
            json.WriteNumber("compute", device.ComputeBytes);
            json.WriteNumber("total", device.NeededBytes);
            json.WriteNumber("free", device.FreeBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        PlacementJson.WriteBuffers(json, plan.Placement);
        json.WriteEndObject();
    }

    private void WriteTable(MemoryPlan plan)
    {
        int width = Math.Max(6, plan.Devices.Max(device => device.Name.Length));
        Shell.Write($"Context of {plan.ContextSize} tokens, {plan.Placement}\n\n");
        Shell.Write(
            $"{"Memory".PadRight(width)}  {"Weights",10}  {"Mapped",10}  {"Cache",10}  {"Compute",10}  {"Total",10}  {"Free",10}   MiB\n");
        foreach (DeviceMemory device in plan.Devices)
        {
            Shell.Write(
                $"{device.Name.PadRight(width)}  {Size(device.WeightBytes)}  {Size(device.MappedWeightBytes)}  {Size(device.CacheBytes)}  "
                + $"{Size(device.ComputeBytes)}  {Size(device.NeededBytes)}  "
                + $"{Size(device.FreeBytes)}{(device.NeededBytes > device.FreeBytes ? "  does not fit" : "")}\n");
        }
    }

    private static long? Bytes(int mebibytes) => mebibytes < 0 ? null : (long)mebibytes << 20;

    private static string Size(long bytes) => (bytes / (double)(1 << 20)).ToString("F1", CultureInfo.InvariantCulture).PadLeft(10);
}
