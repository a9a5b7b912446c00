using LlamaNative;

namespace StoryLibrary;

public sealed class Storyteller : IDisposable
{
    private readonly LlamaModel _model;
    private readonly LlamaContext _context;

    public Storyteller(string modelPath)
    {
        _model = LlamaModel.Load(modelPath);
        _context = new LlamaContext(_model, new ContextOptions { ContextSize = 256, Threads = 1 });
    }

    public string Tell(string prompt, int tokens) => new TextGenerator(_context)
        .Generate(prompt, new GenerationOptions { MaxTokens = tokens, Sampling = SamplingOptions.Greedy }).Text;

    public void Dispose()
    {
        _context.Dispose();
        _model.Dispose();
    }
}
