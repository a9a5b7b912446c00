using System.Globalization;
using LlamaNative.Benchmarks.Soaking;
using LlamaNative.TestSupport;

namespace LlamaNative.Benchmarks;

/// <summary>The soak command.</summary>
internal static class Soak
{
    public static int Run(string[] args)
    {
        string? model = null;
        double minutes = 20;
        int seed = 1;
        int users = 3;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--model":
                    model = args[i + 1];
                    break;
                case "--minutes":
                    minutes = double.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--seed":
                    seed = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--users":
                    users = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                default:
                    Console.Error.WriteLine("usage: soak [--minutes M] [--model FILE] [--seed N] [--users N]");
                    return 2;
            }
        }

        using TinyModel? tiny = model is null ? new TinyModel() : null;
        var options = new SoakOptions { Model = model ?? tiny!.Path, Duration = TimeSpan.FromMinutes(minutes), Seed = seed, Users = users };
        SoakReport report = new SoakRun(options).RunAsync(Console.Error.WriteLine).GetAwaiter().GetResult();
        report.Write(Console.Out);
        return report.Unexpected.Count == 0 && report.IsFlat ? 0 : 1;
    }
}
