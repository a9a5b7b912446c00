namespace LlamaNative.Cli.Bench;

/// <summary>A form in which results are printed, each as it comes.</summary>
internal interface IBenchReport
{
    void Begin();

    void Add(BenchResult result);

    void End();
}
