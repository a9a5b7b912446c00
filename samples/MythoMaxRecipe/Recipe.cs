using System.Diagnostics;
using System.Text.RegularExpressions;
using LlamaNative.Merging;

namespace MythoMaxRecipe;

/// <summary>Applies the published recipe.</summary>
internal static partial class Recipe
{
    // The recipe's names for its two models.
    private const string First = "MythoLogic-L2-13b";
    private const string Second = "Huginn-13b-FP16";

    public static void Run(string mythoLogic, string huginn, string output, string? type)
    {
        MergeRecipe recipe = MergeRecipe.Load(Path.Combine(AppContext.BaseDirectory, "mythomax-l2-13b.yaml"));
        var options = new MergeOptions
        {
            Models = new Dictionary<string, string> { [First] = mythoLogic, [Second] = huginn },
            OutputType = type,
            Name = "MythoMax-L2-13B",
        };
        using MergePlan plan = ModelMerger.Plan(recipe, options);
        Show(plan);
        long start = Stopwatch.GetTimestamp();
        ModelMerger.Merge(plan, output);
        Console.WriteLine(
            $"{plan.Tensors.Count} tensors, {plan.ByteCount} bytes in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: {output}");
    }

    public static void RunOnSyntheticModels()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mythomax");
        try
        {
            string first = Path.Combine(folder.FullName, "first.gguf");
            string second = Path.Combine(folder.FullName, "second.gguf");
            SyntheticModel.Write(first, ModelShape.Small, "F16", seed: 1);
            SyntheticModel.Write(second, ModelShape.Small, "F16", seed: 2);
            Run(first, second, Path.Combine(folder.FullName, "merged.gguf"), type: null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Huginn's share in each tensor, every thirteenth layer.</summary>
    private static void Show(MergePlan plan)
    {
        foreach (PlannedTensor tensor in plan.Tensors)
        {
            Match layer = Layer().Match(tensor.Name);
            if (!layer.Success || int.Parse(layer.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) % 13 == 0)
            {
                Console.WriteLine($"{tensor.Name,-28} {Share().Match(tensor.Description).Groups[1].Value}");
            }
        }
    }

    [GeneratedRegex(@"^blk\.(\d+)\.")]
    private static partial Regex Layer();

    // The second model's weight in "… and Huginn-13b-FP16:… (weight 0.75)".
    [GeneratedRegex(@" and " + Second + @".*\(weight ([0-9.]+)\)")]
    private static partial Regex Share();
}
