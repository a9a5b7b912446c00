using LlamaNative.Cli.Bench;

namespace LlamaNative.Tests.Bench;

/// <summary>The program output that `bench --against` understands, and its errors for programs that fail.</summary>
public sealed class PeerTests
{
    // The forms are llama-bench's own (tools/llama-bench/llama-bench.cpp), cut to a few columns.
    private const string Markdown = """
        | model         |   size | backend | threads |          test |                  t/s |
        | ------------- | -----: | ------- | ------: | ------------: | -------------------: |
        | llama 1B Q4_0 | 606 MB | CPU     |       2 |         pp512 |         83.17 ± 0.25 |
        | llama 1B Q4_0 | 606 MB | CPU     |       2 | tg128 @ d4096 |         21.50 ± 0.01 |

        build: 1234 (abc)
        """;

    private const string Json = """
        [
          { "model_type": "x", "n_prompt": 512, "n_gen": 0, "n_depth": 0, "avg_ts": 83.17, "samples_ts": [ 83 ] },
          { "model_type": "x", "n_prompt": 0, "n_gen": 128, "n_depth": 4096, "avg_ts": 21.5 }
        ]
        """;

    private const string JsonLines = """
        {"n_prompt": 512, "n_gen": 0, "n_depth": 0, "avg_ts": 83.17}
        {"n_prompt": 0, "n_gen": 128, "n_depth": 4096, "avg_ts": 21.5}
        """;

    private const string Csv = """
        build_commit,model_type,n_prompt,n_gen,n_depth,avg_ts,stddev_ts
        "abc","llama, 1B","512","0","0","83.170000","0.25"
        "abc","llama, 1B","0","128","4096","21.500000","0.01"
        """;

    [Theory]
    [InlineData(Markdown)]
    [InlineData(Json)]
    [InlineData(JsonLines)]
    [InlineData(Csv)]
    public void The_forms_of_llama_bench_are_read_with_their_tests(string output) =>
        Assert.Equal([("pp512", 83.17), ("tg128 @ d4096", 21.5)], PeerOutput.Read(output));

    [Theory]
    [InlineData("generated 20 tokens at 12.5 tokens per second", 12.5)]
    [InlineData("eval: 9.25 t/s", 9.25)]
    [InlineData("speed 1e2 tok/s,", 100)]
    [InlineData("loading\n41.5\n", 41.5)]
    public void A_number_with_its_unit_or_alone_on_a_line_has_no_name(string output, double expected) =>
        Assert.Equal([(null, expected)], PeerOutput.Read(output));

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[1, 2")]
    [InlineData("[{}, 3, {\"avg_ts\": \"fast\"}]")]
    [InlineData("| test | t/s |\n| pp1 | fast |")]
    [InlineData("0 t/s")]
    [InlineData("avg_ts,n_prompt\n,")]
    public void Anything_else_is_no_speed(string output) => Assert.Empty(PeerOutput.Read(output));

    // NumPy: numpy.percentile([4, 1, 3, 2], [25, 50, 75]) = 1.75, 2.5, 3.25.
    [Fact]
    public void Median_and_quartiles_are_NumPys()
    {
        Assert.Equal(new Spread(1.75, 2.5, 3.25), Spread.Of([4, 1, 3, 2]));
        Assert.Equal(new Spread(7, 7, 7), Spread.Of([7]));
    }

    [Fact]
    public void A_command_that_is_not_there_or_says_nothing_is_an_error()
    {
        Assert.Contains("cannot be started",
            Assert.Throws<PeerException>(() => Peer.Parse("no-such-command-anywhere -x").Run(default)).Message, StringComparison.Ordinal);
        Assert.Throws<PeerException>(() => Peer.Parse("   "));
        Assert.Throws<PeerException>(() => Peer.Parse("a \"b"));
    }

    [Fact]
    public void A_command_that_fails_is_quoted()
    {
        PeerException error = Assert.Throws<PeerException>(() => Peer.Parse("dotnet no-such-thing.dll").Run(default));
        Assert.Contains("exited with code", error.Message, StringComparison.Ordinal);
        Assert.Contains("dotnet no-such-thing.dll", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Quotes_keep_an_argument_together()
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("a b|c|\n", Peer.Parse("printf '%s|%s|\\n' \"a b\" c").Run(default));
        }
    }
}
