namespace LlamaNative;

/// <summary>Whether the model must call a tool.</summary>
public enum ToolChoice
{
    /// <summary>The model decides; a call it starts is constrained to the tools' schemas.</summary>
    Auto,

    /// <summary>The model must call a tool.</summary>
    Required,
}
