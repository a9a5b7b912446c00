using System.Diagnostics;
using BenchmarkDotNet.Running;
using LlamaNative.Benchmarks;

long start = Stopwatch.GetTimestamp();
return args switch
{
    ["loop", .. string[] rest] => Loop.Run(rest, start),
    ["compare", .. string[] rest] => Compare.Run(rest),
    ["soak", .. string[] rest] => Soak.Run(rest),
    _ => Pieces(args),
};

// Apart, so that the others do not load what only this needs.
static int Pieces(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(Loop).Assembly).Run(args);
    return 0;
}
