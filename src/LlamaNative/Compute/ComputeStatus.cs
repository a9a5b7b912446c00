using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>Converts <c>ggml_status</c> (ggml.h) to exceptions.</summary>
internal static class ComputeStatus
{
    public static void ThrowIfFailed(GgmlStatus status, CancellationToken cancellationToken)
    {
        if (status == GgmlStatus.Success)
        {
            return;
        }

        if (status == GgmlStatus.Aborted)
        {
            throw new OperationCanceledException("The computation was cancelled between two operators.", cancellationToken);
        }

        string failure = status == GgmlStatus.AllocFailed
            ? "There is not enough memory to compute the graph."
            : $"The device failed to compute the graph (status {(int)status}).";
        throw new LlamaException(failure + NativeLog.Tail());
    }
}
