using LlamaNative.Compute;
using LlamaNative.Gguf;

namespace Llama3FromScratch.Model;

/// <summary>The weights of a LLaMA as ggml tensors over the memory-mapped file; nothing is copied.</summary>
internal sealed class LlamaWeights : IDisposable
{
    private readonly TensorArena _arena;
    private readonly IReadOnlyDictionary<string, GgmlTensor> _tensors;

    public LlamaWeights(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        Shape = LlamaShape.Read(file.Metadata);
        _arena = new TensorArena(file.Tensors.Count + 1);
        try
        {
            // The arena keeps the mapping alive after the file is closed here.
            _tensors = _arena.Map(file.Tensors);
        }
        catch
        {
            _arena.Dispose();
            throw;
        }
    }

    public LlamaShape Shape { get; }

    /// <summary>The embedding matrix, a row for each token: [vocabulary × width].</summary>
    public GgmlTensor Embedding => this["token_embd.weight"];

    /// <summary>The output matrix, which converts a row to logits; small models use the embedding matrix.</summary>
    public GgmlTensor Output => Find("output.weight") ?? Embedding;

    /// <summary>Llama 3.1's divisors of the RoPE frequencies, if the file has them.</summary>
    public GgmlTensor? RopeFactors => Find("rope_freqs.weight");

    public GgmlTensor this[string name] => Find(name)
        ?? throw new ArgumentException($"The file has no tensor '{name}', which a LLaMA needs.");

    public GgmlTensor? Find(string name) => _tensors.GetValueOrDefault(name);

    public void Dispose() => _arena.Dispose();
}
