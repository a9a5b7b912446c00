using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Chat.Templates;
using LlamaNative.Models;

namespace LlamaNative;

/// <summary>
/// The chat format of a model: its template, its special tokens, and the strings that end a turn. The template comes from the
/// model's file, a separate file, or a built-in name; <see cref="Source"/> reports which.
/// </summary>
public sealed class ChatFormat
{
    /// <summary>
    /// The format of an encoder-decoder without a template: such models map one input to one output, so each message is an input by
    /// itself, after the system prompt.
    /// </summary>
    private const string LastMessage =
        "{% if messages[0].role == 'system' and messages | length > 1 %}{{ messages[0].content + '\n' }}{% endif %}"
        + "{{ messages[-1].content }}";

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

    /// <summary>The names accepted by <see cref="FromName"/>.</summary>
    public static IReadOnlyCollection<string> Names => NamedTemplates.Names;

    /// <summary>
    /// Human-readable origin of the template: the model's default or a named variant, a file, or a built-in name.
    /// </summary>
    public string Source { get; }

    /// <summary>Strings that end a turn in this format. They stop a generation and never appear in an answer.</summary>
    public IReadOnlyList<string> TurnEnds { get; }

    /// <summary>The template's source text.</summary>
    internal string Template { get; }

    /// <summary>The model's tool-call syntax.</summary>
    internal ToolSyntax Tools { get; }

    /// <summary>
    /// The template in the model's file. If the file has none, ChatML; for an encoder-decoder each message by itself, without the earlier
    /// ones. <see cref="Source"/> says which.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="variant">Name of a template variant, e.g. <c>tool_use</c>; null for the default.</param>
    /// <exception cref="ChatTemplateException">The template is invalid.</exception>
    /// <exception cref="LlamaException">The file does not have the variant.</exception>
    public static ChatFormat FromModel(LlamaModel model, string? variant = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        string? template = model.GetChatTemplate(variant);
        if (template is not null)
        {
            return new ChatFormat(template, variant is null ? "the model's template" : $"the model's template '{variant}'",
                model.Vocabulary);
        }

        if (variant is null && model.IsEncoderDecoder)
        {
            return new ChatFormat(LastMessage, "each message by itself, as the encoder-decoder has no template", model.Vocabulary);
        }

        return variant is null
            ? new ChatFormat(NamedTemplates.Find("chatml")!, "chatml, as the model has no template", model.Vocabulary)
            : throw new LlamaException($"The model '{model.Path}' has no chat template variant '{variant}'. "
                + "Pass null to use its default template.");
    }

    /// <summary>A built-in template; see <see cref="Names"/>.</summary>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public static ChatFormat FromName(LlamaModel model, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(name);
        string template = NamedTemplates.Find(name)
            ?? throw new ArgumentException($"Unknown chat template '{name}'. The built-in templates are {string.Join(", ", Names)}.",
                nameof(name));
        return new ChatFormat(template, $"the built-in template '{name}'", model.Vocabulary);
    }

    /// <summary>The format that a user names on a command line or in a setting.</summary>
    /// <param name="model">The model.</param>
    /// <param name="nameOrFile">A name in <see cref="Names"/>, the path of a Jinja template, or null for the model's own
    /// template.</param>
    /// <exception cref="ArgumentException">Neither a built-in template nor a file has this name.</exception>
    /// <exception cref="ChatTemplateException">The template is invalid.</exception>
    /// <exception cref="LlamaException">The file is not text.</exception>
    public static ChatFormat FromNameOrFile(LlamaModel model, string? nameOrFile)
    {
        if (nameOrFile is null)
        {
            return FromModel(model);
        }

        return NamedTemplates.Find(nameOrFile) is null && File.Exists(nameOrFile)
            ? FromTemplate(model, TextFile.Read(nameOrFile), $"the file '{nameOrFile}'")
            : FromName(model, nameOrFile);
    }

    /// <summary>A custom template.</summary>
    /// <param name="model">The model, whose special tokens the template can use.</param>
    /// <param name="template">The Jinja source.</param>
    /// <param name="source">The value of <see cref="Source"/>.</param>
    /// <exception cref="ChatTemplateException">The template is invalid.</exception>
    public static ChatFormat FromTemplate(LlamaModel model, string template, string source = "the given template")
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ChatFormat(template, source, model.Vocabulary);
    }

    /// <summary>Renders a conversation as a prompt for the model.</summary>
    /// <param name="messages">The messages in order.</param>
    /// <param name="addGenerationPrompt">Whether to append the start of the model's next turn.</param>
    /// <param name="variables">Additional template variables, e.g. <c>tools</c> or <c>enable_thinking</c>.</param>
    /// <param name="clock">The clock for dates in the template; null for the system clock.</param>
    /// <exception cref="ChatTemplateException">The template fails, or rejects the conversation.</exception>
    /// <exception cref="ContentNotSupportedException">A message has parts other than text, which the template does not
    /// support.</exception>
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

    private static string Text(Vocabulary vocabulary, int? token) => token is { } id ? vocabulary.GetPiece(id, showSpecial: true) : "";
}
