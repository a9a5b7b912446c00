using System.Text.Json;
using System.Text.Json.Nodes;
using LlamaNative;

namespace DesktopChat.Settings;

/// <summary>The theme of the page.</summary>
internal enum Theme
{
    System,
    Light,
    Dark,
}

/// <summary>Whether a model that can think before it answers does so.</summary>
internal enum Thinking
{
    /// <summary>As the model's template decides.</summary>
    Automatic,
    On,
    Off,
}

/// <summary>
/// The user's settings. Stored on disk, because browser storage depends on the port. Treated as immutable; the members have
/// setters because source-generated deserializers set absent init-only members to null instead of their defaults.
/// </summary>
internal sealed record ChatSettings
{
    public const int MaxSystemPromptLength = 50_000;
    private const int MaxTemplateVariablesLength = 10_000;

    /// <summary>Instructions for every conversation; empty for none.</summary>
    public string SystemPrompt { get; set; } = "";

    public Thinking Thinking { get; set; }

    /// <summary>A JSON object with further variables for the chat template; empty for none.</summary>
    public string TemplateVariables { get; set; } = "";

    public float Temperature { get; set; } = 0.8f;

    public int TopK { get; set; } = 40;

    public float TopP { get; set; } = 0.95f;

    public float MinP { get; set; } = 0.05f;

    /// <summary>Null picks a random seed for every answer.</summary>
    public uint? Seed { get; set; }

    /// <summary>Maximum tokens of an answer; null sets no limit.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>The context size in tokens; null takes the size the model was trained with, at most 4096.</summary>
    public int? ContextSize { get; set; }

    /// <summary>The number of threads; null takes one per core.</summary>
    public int? Threads { get; set; }

    /// <summary>Layers on the GPU; null puts all of them there if there is a GPU.</summary>
    public int? GpuLayers { get; set; }

    /// <summary>LoRA adapters to apply to the model, each FILE or FILE:SCALE.</summary>
    public IReadOnlyList<string> LoraAdapters { get; set; } = [];

    public Theme Theme { get; set; }

    /// <summary>Folders that the picker searches for models.</summary>
    public IReadOnlyList<string> ModelFolders { get; set; } = [];

    /// <summary>The last loaded model, which is loaded at the next start.</summary>
    public string? LastModel { get; set; }

    /// <summary>What is wrong with the values; null if they are valid.</summary>
    public string? FindMistake() =>
        SystemPrompt.Length > MaxSystemPromptLength ? $"The system prompt can have at most {MaxSystemPromptLength} characters."
        : !(Temperature is >= 0 and <= 5) ? "The temperature must be between 0 and 5."
        : TopK is < 0 or > 1_000_000 ? "Top-k must be between 0 (no limit) and 1000000."
        : !(TopP is > 0 and <= 1) ? "Top-p must be above 0 and at most 1."
        : !(MinP is >= 0 and <= 1) ? "Min-p must be between 0 and 1."
        : MaxTokens is < 1 ? "The answer must be allowed at least 1 token."
        : ContextSize is < 64 or > 16_777_216 ? "The context must have between 64 and 16777216 tokens."
        : Threads is < 1 or > 512 ? "The number of threads must be between 1 and 512."
        : GpuLayers is < 0 or > 10_000 ? "The GPU layers must be between 0 and 10000."
        : !Enum.IsDefined(Thinking) ? "Thinking must be automatic, on or off."
        : TemplateVariables.Length > MaxTemplateVariablesLength || !TryParseVariables(out _)
            ? "The template variables must be a JSON object such as {\"reasoning_effort\": \"high\"}."
        : LoraAdapters.Count > 20 ? "There can be at most 20 LoRA adapters."
        : LoraAdapters.FirstOrDefault(text => text is null || LoraFile.Parse(text) is null) is { } adapter
            ? $"A LoRA adapter must be an absolute path, with :0.5 behind it for half its change, not '{adapter}'."
        : LoraAdapters.Contains(null) ? "A LoRA adapter must be an absolute path."
        : !Enum.IsDefined(Theme) ? "The theme must be system, light or dark."
        : ModelFolders.Count > 50 ? "There can be at most 50 model folders."
        : ModelFolders.Any(folder => folder is null || folder.Contains('\0', StringComparison.Ordinal)
            || !Path.IsPathFullyQualified(folder)) ? "A model folder must be an absolute path."
        : null;

    /// <summary>Whether the change requires the model to be reloaded.</summary>
    public bool LoadsLike(ChatSettings other) =>
        (ContextSize, Threads, GpuLayers) == (other.ContextSize, other.Threads, other.GpuLayers)
        && LoraAdapters.SequenceEqual(other.LoraAdapters, StringComparer.Ordinal);

    /// <summary>Whether the chat template gets the same variables.</summary>
    public bool RendersLike(ChatSettings other) =>
        (Thinking, TemplateVariables) == (other.Thinking, other.TemplateVariables);

    public ModelOptions ToModelOptions() => new() { GpuLayers = GpuLayers };

    public ContextOptions ToContextOptions() => new() { ContextSize = ContextSize, Threads = Threads };

    public IReadOnlyList<LoraFile> ToLoraFiles() => [.. LoraAdapters.Select(text => LoraFile.Parse(text)!.Value)];

    /// <summary>The variables for the chat template; null for none.</summary>
    public JsonObject? ToTemplateVariables()
    {
        TryParseVariables(out JsonObject? variables);
        if (Thinking == Thinking.Automatic)
        {
            return variables;
        }

        // The name in the templates of Qwen, GLM, SmolLM and others; it has no effect on a template that does not read it.
        variables ??= [];
        variables["enable_thinking"] = Thinking == Thinking.On;
        return variables;
    }

    public GenerationOptions ToGenerationOptions() => new()
    {
        MaxTokens = MaxTokens,
        Sampling = new SamplingOptions { Temperature = Temperature, TopK = TopK, TopP = TopP, MinP = MinP, Seed = Seed },
    };

    private bool TryParseVariables(out JsonObject? variables)
    {
        variables = null;
        if (string.IsNullOrWhiteSpace(TemplateVariables))
        {
            return true;
        }

        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            variables = JsonNode.Parse(TemplateVariables, documentOptions: options) as JsonObject;
        }
        catch (JsonException)
        {
            // Reported like JSON that is not an object.
        }

        return variables is not null;
    }
}
