using LlamaNative.Models;

namespace LlamaNative.Chat;

/// <summary>
/// A template of llama.cpp's fixed list (<c>llama_chat_apply_template</c>): no Jinja is run, and what the list does not
/// have cannot be rendered.
/// </summary>
public sealed class BuiltInChatTemplate : IChatTemplate
{
    private const string Fallback = "chatml";

    private static readonly ChatMessage[] Probe =
        [ChatMessage.System("(system)"), ChatMessage.User("(user)"), ChatMessage.Assistant("(assistant)"), ChatMessage.User("(again)")];

    private readonly string _template;

    private BuiltInChatTemplate(string template, string name, string origin)
    {
        _template = template;
        Name = name;
        Origin = origin;
        EndOfTurn = FindEndOfTurn();
    }

    /// <summary>Its name in the list, e.g. <c>llama3</c>.</summary>
    public string Name { get; }

    /// <summary>Why it was chosen, to be shown to a user.</summary>
    public string Origin { get; }

    /// <summary>What it writes behind an answer, a good stop sequence for models that do not mark it as their end of turn; null when there is nothing.</summary>
    public string? EndOfTurn { get; }

    /// <summary>The names in the list.</summary>
    public static IReadOnlyList<string> GetNames() => BuiltInTemplates.GetNames();

    /// <summary>The template with a name.</summary>
    /// <exception cref="ArgumentException">The list has no such name; the message tells those it has.</exception>
    public static BuiltInChatTemplate FromName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] names = BuiltInTemplates.GetNames();
        return names.Contains(name)
            ? new BuiltInChatTemplate(name, name, "asked for")
            : throw new ArgumentException($"There is no built-in chat template '{name}'; there are: {string.Join(", ", names)}.");
    }

    /// <summary>The template of the list that a Jinja template is known as; null when it is not known.</summary>
    public static BuiltInChatTemplate? Detect(string jinja)
    {
        ArgumentNullException.ThrowIfNull(jinja);
        if (Render(jinja, Probe, true) is not { } rendered)
        {
            return null;
        }

        // The native side does not say which one it took; the one that renders the same is as good.
        string? name = Array.Find(BuiltInTemplates.GetNames(), name => Render(name, Probe, true) == rendered);
        return new BuiltInChatTemplate(jinja, name ?? "unnamed", "recognised in the model's template");
    }

    /// <summary>The template of a model, or ChatML when it has none or one that is not in the list; <see cref="Origin"/> tells.</summary>
    public static BuiltInChatTemplate ForModel(LlamaModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.GetChatTemplate() is not { } jinja
            ? new BuiltInChatTemplate(Fallback, Fallback, "the model has no chat template")
            : Detect(jinja) ?? new BuiltInChatTemplate(Fallback, Fallback, "llama.cpp's list does not have the model's template");
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A message contains a zero character.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Render(_template, messages, addGenerationPrompt)
            ?? throw new LlamaException($"llama.cpp could not render the conversation with the chat template '{Name}'.");
    }

    private static string? Render(string template, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) =>
        BuiltInTemplates.Render(template, [.. messages.Select(message => (message.Role, message.Content))], addGenerationPrompt);

    private string? FindEndOfTurn()
    {
        ChatMessage[] answered = Probe[..3];
        string rendered = Render(answered, addGenerationPrompt: false);
        string end = rendered[(rendered.LastIndexOf(answered[2].Content, StringComparison.Ordinal) + answered[2].Content.Length)..].Trim();
        return end.Length > 0 ? end : null;
    }
}
