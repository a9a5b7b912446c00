using LlamaNative.TestSupport;

namespace LlamaNative.Sweep;

/// <summary>One call of the sweep.</summary>
/// <param name="Name">The name that results are reported with.</param>
/// <param name="Answers">The kinds of models for which it must answer; for all others it must throw a LlamaException.</param>
/// <param name="Make">Makes the call and throws <see cref="WrongAnswerException"/> if the answer is nonsense.</param>
internal sealed record Call(string Name, ArchitectureKind Answers, Action<Subject> Make)
{
    /// <summary>Whether a model may refuse for a reason that its kind does not tell, e.g. an option that llama.cpp lacks for it.</summary>
    public bool MayRefuse { get; init; }

    /// <summary>The kinds of model that skip this call because it does not apply to them.</summary>
    public ArchitectureKind Except { get; init; }
}

/// <summary>An answer is nonsense: not finite, of another length, or different from the same question asked in another way.</summary>
internal sealed class WrongAnswerException(string message) : Exception(message);
