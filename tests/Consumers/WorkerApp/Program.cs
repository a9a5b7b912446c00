// WorkerApp --model MODEL --prompt PROMPT --tokens N: a service of the generic host that writes one story and stops the host.
using System.Text;
using LlamaNative;

Console.OutputEncoding = new UTF8Encoding(false);
HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddHostedService<StoryService>();
await builder.Build().RunAsync();

internal sealed class StoryService(IConfiguration configuration, ILogger<StoryService> logger, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LlamaRuntime.Load(new LlamaRuntimeOptions { Logger = logger });
        using LlamaModel model = await LlamaModel.LoadAsync(configuration["model"]!, cancellationToken: stoppingToken);
        using var context = new LlamaContext(model, new ContextOptions { ContextSize = 256, Threads = 1 });
        var options = new GenerationOptions { MaxTokens = int.Parse(configuration["tokens"]!, null), Sampling = SamplingOptions.Greedy };
        await foreach (string piece in new TextGenerator(context).StreamAsync(configuration["prompt"]!, options, stoppingToken))
        {
            Console.Out.Write(piece);
        }

        lifetime.StopApplication();
    }
}
