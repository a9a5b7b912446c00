// ConsoleApp MODEL PROMPT TOKENS [GPU-LAYERS]: the most probable continuation on standard output; on standard error what
// it was computed with. ConsoleApp chat MODEL MESSAGE: a tool call instead.
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

    if (args[0] == "chat")
    {
        using LlamaModel chatModel = LlamaModel.Load(args[1]);
        using var chatContext = new LlamaContext(chatModel, new ContextOptions { ContextSize = 1024, Threads = 1 });
        await ToolChat.RunAsync(chatContext, args[2]);
        return 0;
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
