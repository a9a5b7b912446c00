using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Chat.Templates;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>
/// How a model's conversations are written: its template, the texts of its special tokens, and what ends a turn. The
/// template comes from the model's file, a file of its own, or a name; <see cref="Source"/> tells which.
/// </summary>
public sealed class ChatFormat
{
    private readonly ChatTemplate _template;
    private readonly string _bos;
    private readonly string _eos;
    private readonly MessageForms _forms;

    private ChatFormat(string templateText, string source, Vocabulary vocabulary)
    {
        _template = ChatTemplate.Parse(templateText);
        Source = source;
        Template = templateText;
        _bos = Text(vocabulary, vocabulary.Bos);
        _eos = Text(vocabulary, vocabulary.Eos);
        _forms = MessageForms.Find(messages => Render(messages, addGenerationPrompt: false, null, null));
        Tools = ToolSyntax.Of(templateText, _forms.WrittenCall);
        TurnEnds = ChatTurnEnds.Find(this, _bos, _eos);
    }

    /// <summary>The names <see cref="FromName"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => NamedTemplates.Names;

    /// <summary>Where the template comes from, in words: the model's default or named variant, a file, or a built-in name.</summary>
    public string Source { get; }

    /// <summary>Texts that end a turn in this format; they stop a generation and never appear in an answer.</summary>
    public IReadOnlyList<string> TurnEnds { get; }

    /// <summary>The template's source.</summary>
    internal string Template { get; }

    /// <summary>How the model writes tool calls.</summary>
    internal ToolSyntax Tools { get; }

    /// <summary>The template in the model's file, or ChatML, which <see cref="Source"/> then says, when it has none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="variant">A named variant, e.g. <c>tool_use</c>; null for the default.</param>
    /// <exception cref="ChatTemplateException">The file's template is not valid.</exception>
    /// <exception cref="LlamaException">The file has no such variant.</exception>
    public static ChatFormat FromModel(LlamaModel model, string? variant = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        string? template = model.GetChatTemplate(variant);
        if (template is not null)
        {
            return new ChatFormat(template, variant is null ? "the model's template" : $"the model's template '{variant}'",
                model.Vocabulary);
        }

        return variant is null
            ? new ChatFormat(NamedTemplates.Find("chatml")!, "chatml, as the model has no template", model.Vocabulary)
            : throw new LlamaException($"The model '{model.Path}' has no chat template named '{variant}'.");
    }

    /// <summary>A well-known template; see <see cref="Names"/>.</summary>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public static ChatFormat FromName(LlamaModel model, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(name);
        string template = NamedTemplates.Find(name)
            ?? throw new ArgumentException($"There is no chat template named '{name}'; there are {string.Join(", ", Names)}.",
                nameof(name));
        return new ChatFormat(template, $"the built-in template '{name}'", model.Vocabulary);
    }

    /// <summary>The format that a user names on a command line or in a setting.</summary>
    /// <param name="model">The model.</param>
    /// <param name="nameOrFile">A name of <see cref="Names"/>, a file with a Jinja template, or null for the model's own.</param>
    /// <exception cref="ArgumentException">There is neither such a name nor such a file.</exception>
    /// <exception cref="ChatTemplateException">The file's template is not valid.</exception>
    public static ChatFormat FromNameOrFile(LlamaModel model, string? nameOrFile)
    {
        if (nameOrFile is null)
        {
            return FromModel(model);
        }

        return NamedTemplates.Find(nameOrFile) is null && File.Exists(nameOrFile)
            ? FromTemplate(model, File.ReadAllText(nameOrFile), $"the file '{nameOrFile}'")
            : FromName(model, nameOrFile);
    }

    /// <summary>A template of your own.</summary>
    /// <param name="model">The model, whose special tokens the template may write.</param>
    /// <param name="template">The template, in Jinja.</param>
    /// <param name="source">Where it comes from, for <see cref="Source"/>.</param>
    /// <exception cref="ChatTemplateException">The template is not valid.</exception>
    public static ChatFormat FromTemplate(LlamaModel model, string template, string source = "the given template")
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ChatFormat(template, source, model.Vocabulary);
    }

    /// <summary>Writes a conversation as the model's prompt.</summary>
    /// <param name="messages">The messages in order.</param>
    /// <param name="addGenerationPrompt">Whether to begin the model's next turn.</param>
    /// <param name="variables">Further variables of the template, e.g. <c>tools</c> or <c>enable_thinking</c>.</param>
    /// <param name="clock">What the template's date comes from; the system's clock if left out.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    /// <exception cref="ContentNotSupportedException">A message has parts that are no text, and the template takes text only.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true, JsonObject? variables = null,
        TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Render(new JsonArray([.. messages.Select(_forms.Write)]), addGenerationPrompt, variables, clock);
    }

    private string Render(JsonArray messages, bool addGenerationPrompt, JsonObject? variables, TimeProvider? clock)
    {
        JsonObject all = variables is null ? [] : (JsonObject)variables.DeepClone();
        all["messages"] = messages;
        all["add_generation_prompt"] = addGenerationPrompt;
        all["bos_token"] = _bos;
        all["eos_token"] = _eos;
        return _template.Render(all, clock);
    }

    private static string Text(Vocabulary vocabulary, int? token) => token is { } id ? vocabulary.GetPiece(id, special: true) : "";
}
