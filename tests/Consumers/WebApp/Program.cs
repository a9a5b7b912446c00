// WebApp --model MODEL --urls URL: GET /story?prompt=...&tokens=... streams the most probable continuation.
using LlamaNative;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddSingleton(_ => LlamaModel.Load(builder.Configuration["model"]!));
builder.Services.AddSingleton(
    services => new LlamaContext(services.GetRequiredService<LlamaModel>(), new ContextOptions { ContextSize = 256, Threads = 1 }));
builder.Services.AddSingleton(services => new TextGenerator(services.GetRequiredService<LlamaContext>()));

WebApplication app = builder.Build();
app.MapGet("/story", async context =>
{
    string prompt = context.Request.Query["prompt"].ToString();
    string tokens = context.Request.Query["tokens"].ToString();
    var options = new GenerationOptions { MaxTokens = int.Parse(tokens, null), Sampling = SamplingOptions.Greedy };
    var generator = context.RequestServices.GetRequiredService<TextGenerator>();
    context.Response.ContentType = "text/plain; charset=utf-8";
    await foreach (string piece in generator.StreamAsync(prompt, options, context.RequestAborted))
    {
        await context.Response.WriteAsync(piece);
        await context.Response.Body.FlushAsync();
    }
});
app.Run();
