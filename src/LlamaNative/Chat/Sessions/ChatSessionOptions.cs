using System.Text.Json.Nodes;
using LlamaNative.Chat;

namespace LlamaNative;

/// <summary>Options of a chat session.</summary>
public sealed record ChatSessionOptions
{
    /// <summary>The chat format; null uses the template in the model's file.</summary>
    public ChatFormat? Format { get; init; }

    /// <summary>The system instructions; null for none.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>What to do when the conversation outgrows the context.</summary>
    public OverflowPolicy Overflow { get; init; } = OverflowPolicy.DropOldestTurns;

    /// <summary>Tokens reserved for an answer when <see cref="GenerationOptions.MaxTokens"/> is null.</summary>
    public int AnswerReserve { get; init; } = 256;

    /// <summary>The tools the model may call; use <see cref="ToolRunner"/> to execute the calls.</summary>
    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>Whether the model must call a tool or may decide.</summary>
    public ToolChoice ToolChoice { get; init; }

    /// <summary>Additional template variables, e.g. <c>enable_thinking</c>.</summary>
    public JsonObject? TemplateVariables { get; init; }

    /// <summary>The sequence id of the conversation in the context's cache.</summary>
    public int Sequence { get; init; }

    /// <summary>The clock for dates in the template.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal void Validate(LlamaContext context)
    {
        OptionCheck.Defined(Overflow);
        OptionCheck.AtLeast(AnswerReserve, 0);
        OptionCheck.NoneNull(Tools);
        OptionCheck.Defined(ToolChoice);
        OptionCheck.InRange(Sequence, 0, context.Cache.SequenceCount - 1);
        OptionCheck.NotNull(Clock);
    }
}
