using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Bench;

/// <summary>The speeds of this tool and of a command in one test, a pair per round, in tokens per second.</summary>
internal sealed record DuelResult(string Test, string Command, IReadOnlyList<double> Ours, IReadOnlyList<double> Theirs)
{
    /// <summary>This tool's speed divided by the command's, per round, so that a slow phase of the machine affects both.</summary>
    public IReadOnlyList<double> Ratios => [.. Ours.Zip(Theirs, (ours, theirs) => ours / theirs)];
}

/// <summary>
/// Alternates between this tool and the commands, changing which goes first, so that other load on the machine affects both
/// equally. A command loads the model in each round, and so does this tool: the memory address of the weights changes the
/// speed by several percent, and a model kept for all rounds would have the same address in each. The first repetition is not
/// counted, because the JIT still compiles this program in parallel with the measured threads.
/// </summary>
internal sealed class Duel(
    Func<LlamaModel> load, Func<LlamaModel, Adapters> loadAdapters, IReadOnlyList<Peer> peers, Shell shell)
{
    /// <exception cref="PeerException">A command failed, or did not print a speed for one of the tests.</exception>
    public IReadOnlyList<DuelResult> Run(IReadOnlyList<BenchTest> tests, int rounds, CancellationToken cancellationToken)
    {
        double[][] ours = [.. tests.Select(_ => new double[rounds])];
        double[][][] theirs = [.. peers.Select(_ => tests.Select(_ => new double[rounds]).ToArray())];
        shell.Tell("first repetition, not counted");
        MeasureOurs(0);
        for (int round = 0; round < rounds; round++)
        {
            shell.Tell($"round {round + 1} of {rounds}");
            if (round % 2 == 0)
            {
                MeasureOurs(round);
                MeasureTheirs(round);
            }
            else
            {
                MeasureTheirs(round);
                MeasureOurs(round);
            }
        }

        return [.. from test in Enumerable.Range(0, tests.Count)
                   from peer in Enumerable.Range(0, peers.Count)
                   select new DuelResult(tests[test].Name, peers[peer].Command, ours[test], theirs[peer][test])];

        void MeasureOurs(int round)
        {
            using LlamaModel model = load();
            using Adapters adapters = loadAdapters(model);
            var runner = new BenchRunner(model, adapters, repetitions: 1, cancellationToken);
            for (int test = 0; test < tests.Count; test++)
            {
                ours[test][round] = runner.Run(tests[test]).TokensPerSecond[0];
            }
        }

        void MeasureTheirs(int round)
        {
            for (int peer = 0; peer < peers.Count; peer++)
            {
                IReadOnlyList<(string? Test, double TokensPerSecond)> speeds = PeerOutput.Read(peers[peer].Run(cancellationToken));
                for (int test = 0; test < tests.Count; test++)
                {
                    theirs[peer][test][round] = SpeedOf(peers[peer], tests, test, speeds);
                }
            }
        }
    }

    private static double SpeedOf(Peer peer, IReadOnlyList<BenchTest> tests, int test,
        IReadOnlyList<(string? Test, double TokensPerSecond)> speeds)
    {
        if (speeds.Count == 0)
        {
            throw new PeerException(peer.Command, "printed no tokens per second.");
        }

        string name = tests[test].Name;
        double[] matching = [.. speeds.Where(speed => speed.Test == name || (speed.Test is null && tests.Count == 1))
            .Select(speed => speed.TokensPerSecond)];
        return matching.Length > 0
            ? Spread.Of(matching).Median
            : throw new PeerException(peer.Command, speeds[0].Test is null
                ? "printed speeds without test names; run a single test (set -p or -n to 0)."
                : $"printed no speed for the test {name}, only for {string.Join(", ", speeds.Select(speed => speed.Test))}.");
    }
}
