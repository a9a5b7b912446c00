using BenchmarkDotNet.Running;
using LlamaNative.Benchmarks;

switch (args)
{
    case ["compare", .. string[] rest]:
        return Compare.Run(rest);
    case ["soak", .. string[] rest]:
        return Soak.Run(rest);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Compare).Assembly).Run(args);
        return 0;
}
