using TrainTinyChat.Corpus;
using TrainTinyChat.Graph;

namespace TrainTinyChat.Training;

/// <summary>A tokenized document.</summary>
/// <param name="Tokens">Its tokens, including the end token.</param>
/// <param name="Learned">For each token, whether the model generates it.</param>
internal sealed record TokenizedDocument(int[] Tokens, bool[] Learned);

/// <summary>
/// Packs whole documents into windows. The packing is fixed at the start, so a step's batch depends only on its number, and an
/// interrupted run resumes with the same batches.
/// </summary>
internal sealed class Batcher
{
    // The loss weight of tokens that the model does not generate.
    private const float UnlearnedWeight = 0.2f;
    private const int Lookahead = 48;

    private readonly IReadOnlyList<TokenizedDocument> _documents;
    private readonly List<int[]> _windows = [];
    private readonly int _length;
    private readonly ulong _seed;
    private readonly int[] _order;
    private int _epoch = -1;

    public Batcher(IReadOnlyList<TokenizedDocument> documents, int windowLength, ulong seed)
    {
        _documents = documents;
        _length = windowLength;
        _seed = seed;
        Pack();
        _order = [.. Enumerable.Range(0, _windows.Count)];
    }

    public int WindowCount => _windows.Count;

    /// <summary>The fraction of the windows that is padding.</summary>
    public double PaddingShare =>
        1 - ((double)_windows.Sum(window => window.Sum(document => _documents[document].Tokens.Length)) / ((long)_windows.Count * _length));

    /// <summary>Writes the batch of a step; steps start at 0.</summary>
    public void Write(int step, BatchInputs inputs)
    {
        var tokens = new int[inputs.TokenCount];
        var positions = new int[inputs.TokenCount];
        var targets = new int[inputs.TokenCount];
        var weights = new float[inputs.TokenCount];
        for (int i = 0; i < inputs.Windows; i++)
        {
            int place = i * _length;
            foreach (int document in Window(((long)step * inputs.Windows) + i))
            {
                (int[] ids, bool[] learned) = _documents[document];
                for (int j = 0; j < ids.Length; j++)
                {
                    tokens[place + j] = ids[j];
                    positions[place + j] = j;
                    if (j + 1 < ids.Length)
                    {
                        targets[place + j] = ids[j + 1];
                        weights[place + j] = learned[j + 1] ? 1 : UnlearnedWeight;
                    }
                }

                place += ids.Length;
            }
        }

        float sum = Math.Max(weights.Sum(), 1e-6f);
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] /= sum;
        }

        inputs.Write(tokens, positions, targets, weights);
        Weights = weights;
    }

    /// <summary>The weights of the last batch; their sum is 1.</summary>
    public ReadOnlyMemory<float> Weights { get; private set; }

    /// <summary>The first epoch uses the windows in corpus order; later epochs shuffle them.</summary>
    private int[] Window(long number)
    {
        (long epoch, long place) = Math.DivRem(number, _windows.Count);
        if (epoch != _epoch)
        {
            _epoch = (int)epoch;
            for (int i = 0; i < _order.Length; i++)
            {
                _order[i] = i;
            }

            if (epoch > 0)
            {
                new Dice(_seed, 0x5E00000000 + (ulong)epoch).Shuffle<int>(_order);
            }
        }

        return _windows[_order[place]];
    }

    /// <summary>Fills each window with the next documents that fit.</summary>
    private void Pack()
    {
        var ahead = new List<int>();
        int next = 0;
        while (true)
        {
            for (; next < _documents.Count && ahead.Count < Lookahead; next++)
            {
                if (_documents[next].Tokens.Length <= _length)
                {
                    ahead.Add(next);
                }
            }

            if (ahead.Count == 0)
            {
                return;
            }

            var window = new List<int>();
            int room = _length;
            for (int i = 0; i < ahead.Count; i++)
            {
                if (_documents[ahead[i]].Tokens.Length <= room)
                {
                    room -= _documents[ahead[i]].Tokens.Length;
                    window.Add(ahead[i]);
                    ahead.RemoveAt(i--);
                }
            }

            _windows.Add([.. window]);
        }
    }
}
