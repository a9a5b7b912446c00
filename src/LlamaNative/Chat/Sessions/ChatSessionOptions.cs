using System.Text.Json.Nodes;
using LlamaNative.Chat;

namespace LlamaNative;

/// <summary>Options of a conversation.</summary>
public sealed record ChatSessionOptions
{
    /// <summary>The format; null is that of the model's file.</summary>
    public ChatFormat? Format { get; init; }

    /// <summary>The system instructions; null for none.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>What happens when the conversation outgrows the context.</summary>
    public OverflowPolicy Overflow { get; init; } = OverflowPolicy.DropOldestTurns;

    /// <summary>Tokens kept free for an answer when its <see cref="GenerationOptions.MaxTokens"/> says nothing.</summary>
    public int AnswerReserve { get; init; } = 256;

    /// <summary>The tools the model may call; see <see cref="ToolRunner"/> to have them run.</summary>
    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>Whether the model calls tools.</summary>
    public ToolChoice ToolChoice { get; init; }

    /// <summary>Further variables of the template, e.g. <c>enable_thinking</c>.</summary>
    public JsonObject? TemplateVariables { get; init; }

    /// <summary>The sequence of the context's cache that holds the conversation.</summary>
    public int Sequence { get; init; }

    /// <summary>The clock from which the template takes its date.</summary>
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
