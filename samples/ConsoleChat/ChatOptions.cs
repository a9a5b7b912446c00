using System.Text.Json;
using System.Text.Json.Nodes;
using LlamaNative;

namespace ConsoleChat;

/// <summary>Options, set in appsettings.json, in environment variables (<c>Chat__Model</c>) or on the command line.</summary>
internal sealed class ChatOptions
{
    /// <summary>The configuration section of these options.</summary>
    public const string Section = "Chat";

    /// <summary>The GGUF file; null searches for the repository's model.</summary>
    public string? Model { get; set; }

    public int? ContextSize { get; set; }

    public int? Threads { get; set; }

    public int? GpuLayers { get; set; }

    public float Temperature { get; set; } = 0.8f;

    public int TopK { get; set; } = 40;

    public float TopP { get; set; } = 0.95f;

    public float MinP { get; set; } = 0.05f;

    public uint? Seed { get; set; }

    /// <summary>Maximum tokens of an answer; null sets no limit.</summary>
    public int? MaxTokens { get; set; }

    public string? System { get; set; }

    /// <summary>A built-in chat template; null uses the model's.</summary>
    public string? Template { get; set; }

    /// <summary>A JSON object with further variables for the template, e.g. to switch a model's thinking off.</summary>
    public string? TemplateVariables { get; set; }

    /// <summary>LoRA adapters, FILE[:SCALE] separated by semicolons; see <see cref="ChatAdapters"/>.</summary>
    public string? Lora { get; set; }

    /// <summary>Control vectors, in the same form.</summary>
    public string? ControlVector { get; set; }

    /// <summary>The file of the conversation, loaded if it exists and saved after every answer; null saves nothing.</summary>
    public string? Session { get; set; }

    /// <summary>Names of the tools that the model may call, separated by commas; see <see cref="ChatTools"/>.</summary>
    public string? Tools { get; set; }

    /// <exception cref="ArgumentException">The variables are not a JSON object.</exception>
    public JsonObject? ToTemplateVariables()
    {
        if (TemplateVariables is null)
        {
            return null;
        }

        try
        {
            if (JsonNode.Parse(TemplateVariables) is JsonObject variables)
            {
                return variables;
            }
        }
        catch (JsonException)
        {
            // Reported below, like JSON that is not an object.
        }

        throw new ArgumentException(
            $"--chat-template-kwargs takes a JSON object such as {{\"enable_thinking\": false}}, not '{TemplateVariables}'.");
    }

    public ModelOptions ToModelOptions() => new() { GpuLayers = GpuLayers };

    public ContextOptions ToContextOptions() => new() { ContextSize = ContextSize, Threads = Threads };

    public GenerationOptions ToGenerationOptions() => new()
    {
        MaxTokens = MaxTokens,
        Sampling = new SamplingOptions { Temperature = Temperature, TopK = TopK, TopP = TopP, MinP = MinP, Seed = Seed },
    };
}
