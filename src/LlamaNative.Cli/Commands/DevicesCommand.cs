using System.CommandLine;
using System.Globalization;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Commands;

/// <summary>Lists the devices that llama.cpp can compute on.</summary>
internal sealed class DevicesCommand : ShellCommand
{
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array" };

    public DevicesCommand(Shell shell)
        : base(shell, "devices", "List the devices that llama.cpp can compute on") => Add(_json);

    protected override int Run(ParseResult parse)
    {
        IReadOnlyList<DeviceInfo> devices = LlamaRuntime.GetDevices();
        if (parse.GetValue(_json))
        {
            WriteJson(devices);
        }
        else
        {
            WriteTable(devices);
        }

        NativeLibraryInfo native = LlamaRuntime.Load();
        foreach (BackendFailure failure in native.FailedBackends)
        {
            Shell.Tell($"The {failure.Name} backend cannot be used: {failure.Reason}");
        }

        foreach (NativeBuild build in native.Builds)
        {
            Shell.Tell($"{build.Files.Count} files built from {build.Source}, with {build.Compiler}: {string.Join(", ", build.Files)}");
        }

        return ExitCode.Success;
    }

    private void WriteJson(IReadOnlyList<DeviceInfo> devices) => Shell.WriteJson(json =>
    {
        json.WriteStartArray();
        foreach (DeviceInfo device in devices)
        {
            json.WriteStartObject();
            json.WriteString("name", device.Name);
            json.WriteString("kind", device.Kind.ToString());
            json.WriteString("backend", device.Backend);
            json.WriteString("description", device.Description);
            json.WriteNumber("freeBytes", device.FreeBytes);
            json.WriteNumber("totalBytes", device.TotalBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private void WriteTable(IReadOnlyList<DeviceInfo> devices)
    {
        int width = Math.Max(6, devices.Max(device => device.Name.Length));
        Shell.Write($"{"Name".PadRight(width)}  {"Kind",-13}  {"Backend",-8}  {"Free",10}  {"Total",10}  Description\n");
        foreach (DeviceInfo device in devices)
        {
            Shell.Write(
                $"{device.Name.PadRight(width)}  {device.Kind,-13}  {device.Backend,-8}  {Size(device.FreeBytes),10}  "
                + $"{Size(device.TotalBytes),10}  {device.Description}\n");
        }
    }

    private static string Size(long bytes) => bytes == 0
        ? "-"
        : (bytes / (double)(1 << 30)).ToString("F2", CultureInfo.InvariantCulture) + " GiB";
}
