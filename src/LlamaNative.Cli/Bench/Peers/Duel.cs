using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Bench;

/// <summary>The speeds of one test: this tool's and a command's, a pair for each round, in tokens per second.</summary>
internal sealed record DuelResult(string Test, string Command, IReadOnlyList<double> Ours, IReadOnlyList<double> Theirs)
{
    /// <summary>This tool's speed in parts of the command's, round by round: what slows a machine down slows both.</summary>
    public IReadOnlyList<double> Ratios => [.. Ours.Zip(Theirs, (ours, theirs) => ours / theirs)];
}

/// <summary>
/// Runs tests and commands by turns, changing who goes first, so that what a machine does meanwhile hits both alike. A command
/// loads the model each time, and so does this: where in memory a copy of the weights comes to lie is worth several percent of
/// its speed, and a model kept over all rounds would be the same draw in each. A first repetition is not counted: in it this
/// program's own code is still compiled, beside the threads that are measured.
/// </summary>
internal sealed class Duel(Func<LlamaModel> load, IReadOnlyList<Peer> peers, Shell shell)
{
    /// <exception cref="PeerException">A command failed, or printed no speed of one of the tests.</exception>
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
            var runner = new BenchRunner(model, repetitions: 1, cancellationToken);
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
                ? "printed speeds without the names of tests; give one test only (-p or -n, the other 0)."
                : $"printed no speed of the test {name}, only of {string.Join(", ", speeds.Select(speed => speed.Test))}.");
    }
}
