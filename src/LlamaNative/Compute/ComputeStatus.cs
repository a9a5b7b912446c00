using LlamaNative.Interop;

namespace LlamaNative.Compute;

/// <summary>ggml's <c>ggml_status</c> as exceptions.</summary>
internal static class ComputeStatus
{
    private const int AllocationFailed = -2;
    private const int Success = 0;
    private const int Aborted = 1;

    public static void ThrowIfFailed(int status, CancellationToken cancellationToken)
    {
        if (status == Success)
        {
            return;
        }

        if (status == Aborted)
        {
            throw new OperationCanceledException("The computation was cancelled between two operators.", cancellationToken);
        }

        throw new LlamaException(
            (status == AllocationFailed ? "There was no memory to compute the graph." : $"The device failed to compute the graph (status {status}).") + NativeLog.Tail());
    }
}
