using LlamaNative.Models;

namespace LlamaNative.Generation;

/// <summary>The stop conditions of a generation, prepared from its options: token ids, and texts found by a matcher.</summary>
internal sealed class StopRules
{
    private readonly Vocabulary _vocabulary;
    private readonly bool _atEndOfGeneration;
    private readonly Dictionary<int, string?> _tokens = [];

    public StopRules(Vocabulary vocabulary, GenerationOptions options)
    {
        _vocabulary = vocabulary;
        _atEndOfGeneration = options.StopAtEndOfGeneration;
        Matcher = new StopSequenceMatcher(options.StopSequences);
        foreach (int token in options.StopTokens)
        {
            OptionCheck.InRange(token, 0, vocabulary.Count - 1, nameof(options.StopTokens));
            _tokens[token] = null;
        }

        // Special tokens are not part of the text by default, so a stop sequence that is one is matched by id.
        foreach (string sequence in options.StopSequences)
        {
            if (vocabulary.Tokenize(sequence, addSpecial: false, parseSpecial: true) is [int token] && vocabulary.IsControl(token))
            {
                _tokens[token] = sequence;
            }
        }
    }

    public StopSequenceMatcher Matcher { get; }

    /// <summary>Whether this token ends the generation, and for which reason.</summary>
    public bool EndsWith(int token, out StopReason reason, out string? sequence)
    {
        if (_atEndOfGeneration && _vocabulary.IsEndOfGeneration(token))
        {
            reason = StopReason.EndOfGeneration;
            sequence = null;
            return true;
        }

        reason = StopReason.StopSequence;
        return _tokens.TryGetValue(token, out sequence);
    }
}
