using System.Runtime.InteropServices;
using LlamaNative.Gguf;
using LlamaNative.Tensors;
using TrainTinyChat.Corpus;
using TrainTinyChat.Tokenizer;

namespace TrainTinyChat.Model;

/// <summary>Writes a model as a GGUF file that llama.cpp reads.</summary>
internal static class GgufExport
{
    // enum llama_token_type in llama.h.
    private const int NormalToken = 1;
    private const int ControlToken = 3;

    /// <summary>The metadata of a chat model whose vocabulary was trained here.</summary>
    public static IEnumerable<(string Key, GgufValue Value)> Metadata(ModelShape shape, BytePairTokenizer tokenizer, string name)
    {
        string[] texts = [.. tokenizer.TokenTexts];
        yield return ("general.architecture", GgufValue.Of("llama"));
        yield return ("general.name", GgufValue.Of(name));
        yield return ("general.description",
            GgufValue.Of("A small chat model, trained from random weights by LlamaNative's own sample TrainTinyChat."));
        yield return ("general.license", GgufValue.Of("mit"));
        yield return ("general.file_type", GgufValue.Of(0u));
        yield return ("llama.vocab_size", GgufValue.Of((uint)texts.Length));
        yield return ("llama.context_length", GgufValue.Of((uint)shape.Context));
        yield return ("llama.embedding_length", GgufValue.Of((uint)shape.Width));
        yield return ("llama.block_count", GgufValue.Of((uint)shape.Layers));
        yield return ("llama.feed_forward_length", GgufValue.Of((uint)shape.FeedForward));
        yield return ("llama.rope.dimension_count", GgufValue.Of((uint)shape.HeadWidth));
        yield return ("llama.rope.freq_base", GgufValue.Of(shape.RopeBase));
        yield return ("llama.attention.head_count", GgufValue.Of((uint)shape.Heads));
        yield return ("llama.attention.head_count_kv", GgufValue.Of((uint)shape.KeyHeads));
        yield return ("llama.attention.layer_norm_rms_epsilon", GgufValue.Of(shape.Epsilon));
        yield return ("tokenizer.ggml.model", GgufValue.Of("gpt2"));
        yield return ("tokenizer.ggml.pre", GgufValue.Of(PreTokenizer.Name));
        yield return ("tokenizer.ggml.tokens", GgufValue.OfStrings(texts));
        yield return ("tokenizer.ggml.token_type",
            GgufValue.OfArray<int>([.. texts.Select((_, token) => token < BytePairTokenizer.FirstByte ? ControlToken : NormalToken)]));
        yield return ("tokenizer.ggml.merges", GgufValue.OfStrings(tokenizer.MergeTexts));
        yield return ("tokenizer.ggml.bos_token_id", GgufValue.Of((uint)BytePairTokenizer.EndOfText));
        yield return ("tokenizer.ggml.eos_token_id", GgufValue.Of((uint)BytePairTokenizer.EndOfText));
        yield return ("tokenizer.ggml.eot_token_id", GgufValue.Of((uint)BytePairTokenizer.TurnEnd));
        yield return ("tokenizer.ggml.padding_token_id", GgufValue.Of((uint)BytePairTokenizer.EndOfText));
        yield return ("tokenizer.ggml.add_bos_token", GgufValue.Of(false));
        yield return ("tokenizer.ggml.add_eos_token", GgufValue.Of(false));
        yield return ("tokenizer.chat_template", GgufValue.Of(ChatMl.Template));
    }

    /// <summary>Writes F32 tensors.</summary>
    public static void Write(string path, IEnumerable<(string Key, GgufValue Value)> metadata,
        IReadOnlyList<(string Name, TensorShape Shape, Func<float[]> Values)> tensors)
    {
        using GgufWriter writer = GgufWriter.Create(path);
        foreach ((string key, GgufValue value) in metadata)
        {
            writer.AddMetadata(key, value);
        }

        foreach ((string name, TensorShape shape, _) in tensors)
        {
            writer.AddTensor(name, GgmlType.F32, shape);
        }

        foreach ((_, _, Func<float[]> values) in tensors)
        {
            writer.Write(MemoryMarshal.AsBytes<float>(values()));
        }

        writer.Complete();
    }
}
