namespace LlamaNative.Cli.Synth;

/// <summary>The sizes of a real LLaMA-architecture model.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Embedding">n_embd.</param>
/// <param name="Layers">n_layer.</param>
/// <param name="Heads">n_head.</param>
/// <param name="HeadsKv">n_head_kv.</param>
/// <param name="FeedForward">n_ff.</param>
/// <param name="Context">The context size the model was trained with.</param>
/// <param name="RopeBase">RoPE's base frequency.</param>
/// <param name="TiedOutput">Whether the output matrix is the embedding matrix.</param>
internal sealed record ModelShape(string Name, int Embedding, int Layers, int Heads, int HeadsKv, int FeedForward,
    int Context, float RopeBase, bool TiedOutput = false)
{
    /// <summary>Sizes from the models' published configurations.</summary>
    private static readonly ModelShape[] s_all =
    [
        new("tinyllama-1.1b", 2048, 22, 32, 4, 5632, 2048, 10_000),
        new("llama-3.2-1b", 2048, 16, 32, 8, 8192, 131_072, 500_000, TiedOutput: true),
        new("llama-3.2-3b", 3072, 28, 24, 8, 8192, 131_072, 500_000, TiedOutput: true),
        new("llama-2-7b", 4096, 32, 32, 32, 11_008, 4096, 10_000),
        new("llama-3-8b", 4096, 32, 32, 8, 14_336, 8192, 500_000),
        new("mythomax-13b", 5120, 40, 40, 40, 13_824, 4096, 10_000),
    ];

    public static IEnumerable<string> Names => s_all.Select(shape => shape.Name);

    /// <exception cref="ArgumentException">There is no such shape.</exception>
    public static ModelShape Find(string name) =>
        Array.Find(s_all, shape => shape.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"There is no shape '{name}'; choose from {string.Join(", ", Names)}.");

    /// <summary>The tensors with their ne, in the order in which llama.cpp's converter writes them.</summary>
    public IEnumerable<(string Name, long[] Ne)> Tensors(long vocabulary)
    {
        long kv = (long)Embedding / Heads * HeadsKv;
        yield return ("token_embd.weight", [Embedding, vocabulary]);
        for (int i = 0; i < Layers; i++)
        {
            yield return ($"blk.{i}.attn_norm.weight", [Embedding]);
            yield return ($"blk.{i}.attn_q.weight", [Embedding, Embedding]);
            yield return ($"blk.{i}.attn_k.weight", [Embedding, kv]);
            yield return ($"blk.{i}.attn_v.weight", [Embedding, kv]);
            yield return ($"blk.{i}.attn_output.weight", [Embedding, Embedding]);
            yield return ($"blk.{i}.ffn_norm.weight", [Embedding]);
            yield return ($"blk.{i}.ffn_gate.weight", [Embedding, FeedForward]);
            yield return ($"blk.{i}.ffn_up.weight", [Embedding, FeedForward]);
            yield return ($"blk.{i}.ffn_down.weight", [FeedForward, Embedding]);
        }

        yield return ("output_norm.weight", [Embedding]);
        if (!TiedOutput)
        {
            yield return ("output.weight", [Embedding, vocabulary]);
        }
    }
}
