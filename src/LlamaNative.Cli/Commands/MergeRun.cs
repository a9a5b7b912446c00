using System.CommandLine;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Merging;

namespace LlamaNative.Cli.Commands;

/// <summary>Plans a merge, then prints the plan, or executes it and optionally checks the result.</summary>
internal sealed class MergeRun(Shell shell, MergeArguments? arguments, ParseResult parse)
{
    public int Run(MergeRecipe recipe)
    {
        // Read first, so that a missing file does not fail after an hour of work.
        MergeCheckOptions? check = arguments?.Checks(parse) == true ? arguments.CheckOptions(parse) : null;
        MergeOptions options = arguments?.Options(parse) ?? new MergeOptions();
        bool planOnly = arguments?.Plans(parse) == true;
        string? output = arguments?.Output(parse) ?? OutputOf(recipe);
        if (output is null && !planOnly)
        {
            throw new ArgumentException("Neither --output nor the recipe gives a path to write to.");
        }

        string[] parents;
        using (MergePlan plan = ModelMerger.Plan(recipe, options))
        {
            if (planOnly)
            {
                using var text = new StringWriter { NewLine = "\n" };
                plan.WriteTo(text);
                shell.Write(text.ToString());
                return ExitCode.Success;
            }

            foreach (string warning in plan.Warnings)
            {
                shell.Tell("warning: " + warning);
            }

            using (var line = new MergeProgressLine(shell))
            {
                ModelMerger.Merge(plan, output!, line, shell.Interrupt.Token);
            }

            parents = [.. plan.ModelPaths];
        }

        shell.Tell($"{output}: {new FileInfo(output!).Length} bytes");
        if (check is not null)
        {
            Check([output!, .. parents], check);
        }

        return ExitCode.Success;
    }

    /// <summary>The older formats name an output folder; here the output is one file.</summary>
    private static string? OutputOf(MergeRecipe recipe) =>
        recipe.OutputPath is { } path && !path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)
            ? path.TrimEnd('/', '\\') + ".gguf"
            : recipe.OutputPath;

    private void Check(string[] models, MergeCheckOptions options)
    {
        MergeCheckResult[] results = [.. models.Select(model => MergeCheck.Run(model, options, shell.Interrupt.Token))];
        shell.WriteJson(
            json =>
            {
                json.WriteStartArray();
                foreach (MergeCheckResult result in results)
                {
                    json.WriteStartObject();
                    json.WriteString("model", result.Path);
                    json.WriteString("description", result.Description);
                    json.WriteString("generated", result.Generated);
                    if (result.Perplexity is { } perplexity)
                    {
                        json.WriteNumberOrNull("perplexity", perplexity);
                        json.WriteNumber("predictions", result.PredictionCount);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
            },
            indented: true);
    }
}
