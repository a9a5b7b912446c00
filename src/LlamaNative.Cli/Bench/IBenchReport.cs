namespace LlamaNative.Cli.Bench;

/// <summary>A report format; results are printed as they arrive.</summary>
internal interface IBenchReport
{
    void Begin();

    void Add(BenchResult result);

    void End();
}
