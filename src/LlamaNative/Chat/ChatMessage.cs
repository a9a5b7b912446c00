namespace LlamaNative.Chat;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who says it: <c>system</c>, <c>user</c>, <c>assistant</c>, or another role the model's template knows.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>Instructions for the whole conversation.</summary>
    public static ChatMessage System(string content) => new("system", content);

    /// <summary>What the user says.</summary>
    public static ChatMessage User(string content) => new("user", content);

    /// <summary>What the model says.</summary>
    public static ChatMessage Assistant(string content) => new("assistant", content);
}
