using LlamaNative.Tensors;

namespace TrainTinyChat.Model;

/// <summary>A weight of the model, with its name in a GGUF file. Shapes are ggml's: [row length, rows].</summary>
internal sealed record Parameter(string Name, TensorShape Shape)
{
    /// <summary>Whether it is the weight of a norm, which is initialized to 1 and not decayed.</summary>
    public bool IsNorm => Name.EndsWith("norm.weight", StringComparison.Ordinal);

    /// <summary>Whether it writes to the residual stream.</summary>
    public bool IsResidual => Name.Contains("attn_output", StringComparison.Ordinal) || Name.Contains("ffn_down", StringComparison.Ordinal);
}

/// <summary>The weights of a LLaMA, in file order.</summary>
internal static class ParameterList
{
    public static IReadOnlyList<Parameter> Of(ModelShape shape)
    {
        var parameters = new List<Parameter> { new("token_embd.weight", new(shape.Width, shape.Vocabulary)) };
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            string blk = $"blk.{layer}.";
            parameters.Add(new(blk + "attn_norm.weight", new(shape.Width)));
            parameters.Add(new(blk + "attn_q.weight", new(shape.Width, shape.Width)));
            parameters.Add(new(blk + "attn_k.weight", new(shape.Width, shape.KeyWidth)));
            parameters.Add(new(blk + "attn_v.weight", new(shape.Width, shape.KeyWidth)));
            parameters.Add(new(blk + "attn_output.weight", new(shape.Width, shape.Width)));
            parameters.Add(new(blk + "ffn_norm.weight", new(shape.Width)));
            parameters.Add(new(blk + "ffn_gate.weight", new(shape.Width, shape.FeedForward)));
            parameters.Add(new(blk + "ffn_up.weight", new(shape.Width, shape.FeedForward)));
            parameters.Add(new(blk + "ffn_down.weight", new(shape.FeedForward, shape.Width)));
        }

        parameters.Add(new("output_norm.weight", new(shape.Width)));
        if (!shape.TiedOutput)
        {
            parameters.Add(new("output.weight", new(shape.Width, shape.Vocabulary)));
        }

        return parameters;
    }

    public static long Count(ModelShape shape) => Of(shape).Sum(parameter => parameter.Shape.ElementCount);
}
