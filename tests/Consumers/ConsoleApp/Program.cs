// ConsoleApp MODEL PROMPT TOKENS [GPU-LAYERS]: the most probable continuation on standard output; on standard error what
// it was computed with.
using System.Text;
using LlamaNative;

Console.OutputEncoding = new UTF8Encoding(false);
try
{
    NativeLibraryInfo native = LlamaRuntime.Load();
    Console.Error.WriteLine($"llama.cpp {native.Version} from {native.Directory}");
    foreach (DeviceInfo device in LlamaRuntime.GetDevices())
    {
        Console.Error.WriteLine($"device: {device.Backend} {device.Name}");
    }

    foreach (BackendFailure failure in native.FailedBackends)
    {
        Console.Error.WriteLine($"unusable: {failure.Name}: {failure.Reason}");
    }

    int gpuLayers = args.Length > 3 ? int.Parse(args[3], null) : 0;
    using LlamaModel model = LlamaModel.Load(args[0], new ModelOptions { GpuLayers = gpuLayers });
    using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
    GenerationResult result = new TextGenerator(context).Generate(
        args[1], new GenerationOptions { MaxTokens = int.Parse(args[2], null), Sampling = SamplingOptions.Greedy });
    Console.Out.Write(result.Text);
    return 0;
}
catch (LlamaException error)
{
    Console.Error.WriteLine($"{error.GetType().Name}: {error.Message}");
    return 1;
}
