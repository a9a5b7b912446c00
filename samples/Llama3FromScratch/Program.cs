using System.Globalization;
using Llama3FromScratch.Page;
using Llama3FromScratch.Trace;
using LlamaNative;
using LlamaNative.Models;

// Llama3FromScratch MODEL PROMPT [TOKENS] [PAGE]
if (args.Length is < 2 or > 4
    || !int.TryParse(args.ElementAtOrDefault(2) ?? "16", NumberStyles.None, CultureInfo.InvariantCulture, out int limit))
{
    Console.Error.WriteLine("usage: Llama3FromScratch MODEL.gguf PROMPT [TOKENS=16] [PAGE=trace.html]");
    return 2;
}

try
{
    using LlamaModel model = LlamaModel.Load(args[0], new ModelOptions { GpuLayers = 0 });
    TraceResult trace = Tracer.Run(model, model.Vocabulary.Tokenize(args[1]), limit);
    foreach (string line in TraceText.Lines(trace))
    {
        Console.WriteLine(line);
    }

    string page = args.ElementAtOrDefault(3) ?? "trace.html";
    File.WriteAllText(page, TracePage.Write(trace));
    Console.WriteLine($"pictures: {Path.GetFullPath(page)}");
    return 0;
}
catch (Exception error) when (error is LlamaException or ArgumentException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine("error: " + error.Message);
    return 1;
}
