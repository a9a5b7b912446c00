namespace LlamaNative.Chat;

/// <summary>Turns a conversation into the text a model was trained to see.</summary>
public interface IChatTemplate
{
    /// <summary>Renders a conversation, special tokens written out.</summary>
    /// <param name="messages">The conversation, in order.</param>
    /// <param name="addGenerationPrompt">Ends with what begins an answer, so that the model goes on with one.</param>
    string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true);
}
