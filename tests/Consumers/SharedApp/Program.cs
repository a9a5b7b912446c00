// SharedApp ORDER MODEL PROMPT TOKENS: the most probable continuation on standard output, once for each library in ORDER, which is a list
// of LlamaNative, LlamaNative+ (with UseLoadedLibrary) and LLamaSharp joined by commas; on standard error what was loaded.
using System.Text;
using LLama;
using LLama.Common;
using LLama.Native;
using LLama.Sampling;
using LlamaNative;

Console.OutputEncoding = new UTF8Encoding(false);
NativeLibraryConfig.All.WithLogCallback((_, _) => { });
string model = args[1], prompt = args[2];
int tokens = int.Parse(args[3], null);
foreach (string library in args[0].Split(','))
{
    try
    {
        string text = library == "LLamaSharp" ? await WithLLamaSharp() : WithLlamaNative(library == "LlamaNative+");
        Console.Out.WriteLine($"{library}: {text.ReplaceLineEndings(" ")}");
    }
    catch (LlamaException error)
    {
        Console.Error.WriteLine($"{error.GetType().Name}: {error.Message}");
        return 1;
    }
}

return 0;

string WithLlamaNative(bool useLoaded)
{
    NativeLibraryInfo native = LlamaRuntime.Load(new LlamaRuntimeOptions { UseLoadedLibrary = useLoaded });
    Console.Error.WriteLine($"llama.cpp {native.Version} from {native.Directory}");
    using LlamaModel loaded = LlamaModel.Load(model);
    using var context = new LlamaContext(loaded, new ContextOptions { ContextSize = 256, Threads = 1 });
    var options = new GenerationOptions { MaxTokens = tokens, Sampling = SamplingOptions.Greedy };
    return new TextGenerator(context).Generate(prompt, options).Text;
}

async Task<string> WithLLamaSharp()
{
    var parameters = new ModelParams(model) { ContextSize = 256, Threads = 1, BatchThreads = 1, GpuLayerCount = 0 };
    using LLamaWeights weights = LLamaWeights.LoadFromFile(parameters);
    var executor = new StatelessExecutor(weights, parameters);
    var text = new StringBuilder();
    await foreach (string piece in executor.InferAsync(prompt,
        new InferenceParams { MaxTokens = tokens, SamplingPipeline = new GreedySamplingPipeline() }))
    {
        text.Append(piece);
    }

    return text.ToString();
}
