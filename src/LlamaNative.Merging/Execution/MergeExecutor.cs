using System.Diagnostics;
using LlamaNative.Gguf;
using LlamaNative.Merging.Methods;
using LlamaNative.Merging.Planning;

namespace LlamaNative.Merging.Execution;

/// <summary>Executes a plan tensor by tensor, in order. The output file appears only when it is complete.</summary>
internal sealed class MergeExecutor(MergePlan plan, IProgress<MergeProgress>? progress, CancellationToken cancellationToken)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly long _total = plan.ByteCount;
    private long _written;

    public void Run(string path)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using GgufWriter writer = GgufWriter.Create(path);
            Declare(writer);
            var runner = new KernelRunner(plan.Options.Threads ?? Environment.ProcessorCount);
            for (int i = 0; i < plan.Plans.Count; i++)
            {
                Write(writer, runner, plan.Plans[i], i);
            }

            cancellationToken.ThrowIfCancellationRequested();
            writer.Complete();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MergeException(error.Message, path, innerException: error);
        }
    }

    private void Declare(GgufWriter writer)
    {
        foreach ((string key, GgufValue value) in plan.Metadata)
        {
            writer.AddMetadata(key, value);
        }

        foreach (TensorPlan tensor in plan.Plans)
        {
            writer.AddTensor(tensor.Name, tensor.Type, tensor.Spec.Shape);
        }
    }

    private void Write(GgufWriter writer, KernelRunner runner, TensorPlan tensor, int index)
    {
        Report(tensor, index, 0);
        if (tensor.Spec.Shape.IsEmpty)
        {
            return;
        }

        if (!OutputTypes.IsFloat(tensor.Type))
        {
            CopyIntegers(writer, tensor, index);
            return;
        }

        TensorRowSource[] matrices = [.. tensor.Inputs.Select(input => new TensorRowSource(input.Model, input.Tensor))];
        int rowLength = (int)tensor.Spec.Shape[0];
        IRowSink sink = tensor.IsCopy ? new CopyingSink(writer, tensor, matrices[0]) : new EncodingSink(writer, tensor);
        runner.Run(
            KernelFactory.Create(tensor.Spec),
            InOrder(tensor, matrices, rowLength),
            tensor.Spec.Shape.RowCount,
            rowLength,
            sink,
            bytes => Report(tensor, index, bytes),
            cancellationToken);
    }

    /// <summary>Integer tables, which are fixed by the architecture and not learned.</summary>
    private void CopyIntegers(GgufWriter writer, TensorPlan tensor, int index)
    {
        TensorInput input = tensor.Inputs[0];
        var buffer = new byte[KernelRunner.DefaultBlockElements];
        for (long offset = 0; offset < tensor.ByteCount; offset += buffer.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> bytes = buffer.AsSpan(0, (int)Math.Min(buffer.Length, tensor.ByteCount - offset));
            input.Model.Read(input.Tensor, offset, bytes);
            writer.Write(bytes);
            Report(tensor, index, bytes.Length);
        }
    }

    private static IRowSource[] InOrder(TensorPlan tensor, TensorRowSource[] matrices, int rowLength)
    {
        var byModel = new Dictionary<int, IRowSource>();
        for (int i = 0; i < matrices.Length; i++)
        {
            byModel.TryAdd(tensor.Inputs[i].Model.Index, matrices[i]);
        }

        return [.. matrices.Select((IRowSource matrix, int i) =>
            tensor.Inputs[i].Rows is { } rows ? new MappedRowSource(matrix, rows, byModel, rowLength) : matrix)];
    }

    private void Report(TensorPlan tensor, int index, long bytes)
    {
        _written += bytes;
        int? layer = tensor.Place.Role == Recipe.TensorRole.Layer ? tensor.Place.Layer : null;
        progress?.Report(new MergeProgress(tensor.Name, index, plan.Plans.Count, layer, _written, _total,
            Stopwatch.GetElapsedTime(_started)));
    }
}
