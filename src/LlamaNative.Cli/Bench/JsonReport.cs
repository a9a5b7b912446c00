using System.Text.Json;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;

namespace LlamaNative.Cli.Bench;

/// <summary>The array that llama-bench prints with <c>-o json</c>, with the same field names.</summary>
internal sealed class JsonReport(Shell shell, BenchSetup setup) : IBenchReport
{
    private readonly List<BenchResult> _results = [];

    public void Begin()
    {
    }

    public void Add(BenchResult result) => _results.Add(result);

    public void End() => shell.WriteJson(
        json =>
        {
            json.WriteStartArray();
            foreach (BenchResult result in _results)
            {
                Write(json, result);
            }

            json.WriteEndArray();
        },
        indented: true);

    private void Write(Utf8JsonWriter json, BenchResult result)
    {
        BenchTest test = result.Test;
        json.WriteStartObject();
        json.WriteString("llama_cpp_version", LlamaRuntime.PinnedVersion);
        json.WriteString("llamanative_version", ToolVersion.Current);
        json.WriteString("cpu_info", setup.CpuInfo);
        json.WriteString("gpu_info", setup.GpuInfo);
        json.WriteString("backends", setup.Backends);
        json.WriteString("model_filename", setup.ModelPath);
        json.WriteString("model_type", setup.Model.Description);
        json.WriteNumber("model_size", setup.Model.ByteCount);
        json.WriteNumber("model_n_params", setup.Model.ParameterCount);
        json.WriteNumber("n_batch", test.BatchSize);
        json.WriteNumber("n_ubatch", test.MicroBatchSize);
        json.WriteNumber("n_threads", test.Threads);
        json.WriteString("type_k", CacheArguments.NameOf(test.CacheTypeK));
        json.WriteString("type_v", CacheArguments.NameOf(test.CacheTypeV));
        json.WriteNumber("n_gpu_layers", setup.GpuLayers ?? -1);
        json.WriteNumber("flash_attn", (int)test.FlashAttention);
        json.WriteNumber("n_prompt", test.PromptTokens);
        json.WriteNumber("n_gen", test.GeneratedTokens);
        json.WriteNumber("n_depth", test.Depth);
        json.WriteString("test_time", result.Time.ToString("yyyy-MM-ddTHH:mm:ssZ", null));
        json.WriteNumber("avg_ns", (long)result.Nanoseconds.Average());
        json.WriteNumber("stddev_ns", (long)BenchResult.StandardDeviation(result.Nanoseconds));
        json.WriteNumber("avg_ts", Math.Round(result.TokensPerSecond.Average(), 6));
        json.WriteNumber("stddev_ts", Math.Round(BenchResult.StandardDeviation(result.TokensPerSecond), 6));
        WriteSamples(json, "samples_ns", result.Nanoseconds, decimals: 0);
        WriteSamples(json, "samples_ts", result.TokensPerSecond, decimals: 6);
        json.WriteEndObject();
    }

    private static void WriteSamples(Utf8JsonWriter json, string name, double[] samples, int decimals)
    {
        json.WriteStartArray(name);
        foreach (double sample in samples)
        {
            json.WriteNumberValue(Math.Round(sample, decimals));
        }

        json.WriteEndArray();
    }
}
