using LlamaNative.Models;

namespace LlamaNative.Generation;

/// <summary>What ends a generation, put together once from options: tokens by id, texts by a matcher.</summary>
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

        // A special token is not part of the text unless asked for, so a stop sequence that is one is found by its id.
        foreach (string sequence in options.StopSequences)
        {
            if (vocabulary.Tokenize(sequence, addSpecial: false, parseSpecial: true) is [int token] && vocabulary.IsControl(token))
            {
                _tokens[token] = sequence;
            }
        }
    }

    public StopSequenceMatcher Matcher { get; }

    /// <summary>Whether this token itself ends the generation, and why.</summary>
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
