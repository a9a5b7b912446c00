using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using LlamaNative.Chat.Templates;
using LlamaNative.Cli.Arguments;
using LlamaNative.Cli.Terminal;
using LlamaNative.Models;

namespace LlamaNative.Cli.Commands;

/// <summary>Renders a chat template with given variables.</summary>
internal sealed class RenderCommand : ShellCommand
{
    private readonly Option<string?> _model = new("--model", "-m") { Description = "A GGUF file with a chat template", HelpName = "FILE" };
    private readonly Option<string?> _variant = new("--variant")
    {
        Description = "A named template of the model, e.g. tool_use",
        HelpName = "NAME",
    };
    private readonly Option<string?> _template = new("--template") { Description = "A file with a Jinja template", HelpName = "FILE" };
    private readonly Option<string> _messages = new("--messages")
    {
        Description = "A JSON file with the template's variables: messages, tools, bos_token, eos_token, add_generation_prompt, any others",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<string?> _now = new("--now")
    {
        Description = "The current time for the template, e.g. 2025-03-04T05:06:07Z",
        HelpName = "TIME",
    };

    public RenderCommand(Shell shell)
        : base(shell, "render", "Print the exact prompt that a chat template renders for a conversation")
    {
        this.AddAll([_model, _variant, _template, _messages, _now]);
        Validators.Add(result =>
        {
            if ((result.GetResult(_model) is null) == (result.GetResult(_template) is null))
            {
                result.AddError("Give the template with either --model or --template.");
            }
        });
    }

    protected override int Run(ParseResult parse)
    {
        JsonObject variables = ReadVariables(parse.GetRequiredValue(_messages));
        string source = parse.GetValue(_template) is { } file ? TextFile.Read(file) : FromModel(parse, variables);
        Shell.Write(ChatTemplate.Parse(source).Render(variables, Clock(parse.GetValue(_now)), Interrupted));
        return ExitCode.Success;
    }

    private string FromModel(ParseResult parse, JsonObject variables)
    {
        using LlamaModel model = LlamaModel.Load(parse.GetValue(_model)!, new ModelOptions { VocabularyOnly = true },
            cancellationToken: Interrupted);
        AddToken(variables, "bos_token", model.Vocabulary, model.Vocabulary.Bos);
        AddToken(variables, "eos_token", model.Vocabulary, model.Vocabulary.Eos);
        string? variant = parse.GetValue(_variant);
        return model.GetChatTemplate(variant)
            ?? throw new LlamaException(
                variant is null ? "The model has no chat template." : $"The model has no chat template named '{variant}'.");
    }

    private static void AddToken(JsonObject variables, string name, Vocabulary vocabulary, int? token)
    {
        if (!variables.ContainsKey(name))
        {
            variables[name] = token is { } id ? vocabulary.GetPiece(id, showSpecial: true) : "";
        }
    }

    private static JsonObject ReadVariables(string path) => JsonFile.Read(path) as JsonObject
        ?? throw new ArgumentException($"'{path}' does not contain a JSON object with the template's variables.");

    private static TimeProvider Clock(string? now)
    {
        if (now is null)
        {
            return TimeProvider.System;
        }

        return DateTimeOffset.TryParse(now, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? new FixedClock(time)
            : throw new ArgumentException($"--now takes a time such as 2025-03-04T05:06:07Z, not '{now}'.");
    }

    /// <summary>A clock fixed at one time and UTC offset.</summary>
    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("fixed", now.Offset, "fixed", "fixed");

        public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();
    }
}
