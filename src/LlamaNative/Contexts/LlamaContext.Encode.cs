using LlamaNative.Contexts;
using LlamaNative.Interop;

namespace LlamaNative;

public sealed unsafe partial class LlamaContext
{
    private readonly bool[] _encoded;

    /// <summary>
    /// The number of calls of <see cref="Encode"/>, by which a generation notices that another one has replaced its prompt.
    /// </summary>
    internal int Encodings { get; private set; }

    /// <summary>
    /// Evaluates a batch with the encoder. In an encoder-decoder model (T5 family), the decoder attends to its output: encode the
    /// input first, then <see cref="Decode"/> from <see cref="LlamaModel.DecoderStartToken"/>. A context keeps one such output,
    /// so the inputs of several sequences must be in the same batch. Encoder models are evaluated as by <see cref="Decode"/>.
    /// </summary>
    /// <param name="batch">At most <see cref="MicroBatchSize"/> tokens: whole inputs, each from position 0.</param>
    /// <param name="cancellationToken">Stops within the graph on the CPU.</param>
    /// <exception cref="ArgumentException">The batch is empty, exceeds a limit of this context, or has an invalid token, position or
    /// sequence.</exception>
    /// <exception cref="LlamaException">The model has no encoder.</exception>
    /// <exception cref="DecodeException">llama.cpp rejected the batch or failed.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled; nothing is encoded.</exception>
    /// <exception cref="ContextBusyException">Another thread is using the context.</exception>
    public void Encode(TokenBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using Lease lease = Enter();
        if (IsEncoder)
        {
            Decode(batch, cancellationToken);
            return;
        }

        if (!Model.HasEncoder)
        {
            throw new LlamaException($"The model (architecture '{Model.Architecture}') has no encoder. Evaluate the batch with Decode.");
        }

        using var keepBatch = new HandleReference(batch.Memory);
        ref readonly llama_batch native = ref batch.Native;
        Check(native, MicroBatchSize);
        Array.Clear(_encoded);
        Encodings++;
        LlamaDecodeStatus code = Evaluate(native, encode: true, cancellationToken);
        if (code != LlamaDecodeStatus.Success)
        {
            Throw(code, native, cancellationToken);
        }

        for (int i = 0; i < native.n_tokens; i++)
        {
            foreach (int sequence in Sequences(native, i))
            {
                _encoded[sequence] = true;
            }
        }

        _hook?.Rethrow();
    }

    /// <summary><see cref="Encode"/> on the context's thread. Do not modify the batch until the task completes.</summary>
    /// <inheritdoc cref="Encode"/>
    public Task EncodeAsync(TokenBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Worker.RunAsync(
            stop =>
            {
                Encode(batch, stop);
                return true;
            },
            cancellationToken);
    }

    /// <summary>
    /// Without an encoder's output llama.cpp fails an assertion, and for a sequence that it does not contain every attention
    /// weight is masked, which gives NaN (build_attn_inp_cross, llm_graph_input_cross_embd).
    /// </summary>
    private void CheckEncoded(in llama_batch batch)
    {
        if (!Model.IsEncoderDecoder)
        {
            return;
        }

        for (int i = 0; i < batch.n_tokens; i++)
        {
            foreach (int sequence in Sequences(batch, i))
            {
                if (!_encoded[sequence])
                {
                    throw new LlamaException(
                        $"The model (architecture '{Model.Architecture}') is an encoder-decoder, and no input of sequence {sequence} is "
                        + "encoded. Call Encode first; each call replaces the inputs of all sequences.");
                }
            }
        }
    }
}
