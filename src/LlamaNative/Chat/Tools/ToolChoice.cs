namespace LlamaNative;

/// <summary>Whether the model must call a tool.</summary>
public enum ToolChoice
{
    /// <summary>The model decides; a call it starts is constrained to the tools' schemas.</summary>
    Auto,

    /// <summary>The model must answer the user's message with a call; how it answers the tool's result is its decision.</summary>
    Required,
}
