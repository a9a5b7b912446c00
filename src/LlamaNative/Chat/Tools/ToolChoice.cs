namespace LlamaNative;

/// <summary>Whether the model calls tools.</summary>
public enum ToolChoice
{
    /// <summary>The model decides; a call that it begins is held to the tools' schemas.</summary>
    Auto,

    /// <summary>The model must answer the user's message with a call; how it answers the tool's result is its decision.</summary>
    Required,
}
