using LlamaNative.Contexts;
using LlamaNative.Interop;

namespace LlamaNative.Sampling;

/// <summary>The native candidate list, allocated once per vocabulary and refilled for each token.</summary>
internal sealed unsafe class CandidateList : IDisposable
{
    private readonly int _capacity;

    public CandidateList(int capacity)
    {
        _capacity = capacity;
        Memory = new NativeBuffer((nuint)sizeof(llama_token_data_array) + ((nuint)capacity * (nuint)sizeof(llama_token_data)));
    }

    /// <summary>The memory of <see cref="List"/>; keep a reference to it while using the list.</summary>
    public NativeBuffer Memory { get; }

    public llama_token_data_array* List => (llama_token_data_array*)Memory.DangerousGetHandle();

    /// <exception cref="LlamaException">A logit is NaN or positive infinity; native samplers would then return an arbitrary
    /// token.</exception>
    public void Fill(ReadOnlySpan<float> logits)
    {
        llama_token_data_array* list = List;
        list->data = (llama_token_data*)(list + 1);
        list->size = (nuint)_capacity;
        list->selected = -1;
        list->sorted = 0;
        llama_token_data* data = list->data;
        bool usable = true;
        for (int token = 0; token < logits.Length; token++)
        {
            usable &= logits[token] < float.PositiveInfinity;
            data[token].id = token;
            data[token].logit = logits[token];
            data[token].p = 0;
        }

        if (!usable)
        {
            throw Unusable(logits);
        }
    }

    /// <summary>Writes the logits of the remaining candidates, and negative infinity for all other tokens.</summary>
    public void CopyTo(Span<float> logits)
    {
        logits.Fill(float.NegativeInfinity);
        llama_token_data_array* list = List;
        for (nuint i = 0; i < list->size; i++)
        {
            logits[list->data[i].id] = list->data[i].logit;
        }
    }

    public void Dispose() => Memory.Dispose();

    private static LlamaException Unusable(ReadOnlySpan<float> logits)
    {
        int token = 0;
        while (logits[token] < float.PositiveInfinity)
        {
            token++;
        }

        return new LlamaException(
            $"The logit of token {token} is {logits[token]}: it must be finite or negative infinity. "
            + "Check the model file, the RoPE options and the logits processors.");
    }
}
