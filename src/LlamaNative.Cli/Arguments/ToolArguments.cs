using System.CommandLine;
using System.Text.Json.Nodes;
using LlamaNative.Cli.Terminal;
using LlamaNative.Grammars;

namespace LlamaNative.Cli.Arguments;

/// <summary>Options for tools that the model may call, read from a file in OpenAI's and Hugging Face's format.</summary>
internal sealed class ToolArguments
{
    private readonly Option<string?> _tools = new("--tools")
    {
        Description =
            "A JSON file with tools: [{\"type\": \"function\", \"function\": {\"name\", \"description\", \"parameters\"}}]. A call is "
            + "printed as a line of JSON, and its result is read as a line",
        HelpName = "FILE",
    };

    private readonly Option<ToolChoice> _choice = new("--tool-choice")
    {
        Description = "Auto lets the model decide whether to call a tool, Required makes every answer to a user message a call",
    };

    public ToolArguments(Command command) => command.AddAll([_tools, _choice]);

    public ToolChoice Choice(ParseResult parse) => parse.GetValue(_choice);

    /// <summary>Reads the tools, and warns of what their grammar cannot hold the model to.</summary>
    public IReadOnlyList<ToolDefinition> Read(ParseResult parse, Shell shell)
    {
        if (parse.GetValue(_tools) is not { } path)
        {
            return [];
        }

        ToolDefinition[] tools = JsonFile.Read(path) is JsonArray array
            ? [.. array.Select((tool, index) => Read(tool, index, path))]
            : throw new ArgumentException($"'{path}' does not contain a JSON array of tools.");
        foreach (ToolDefinition tool in tools)
        {
            var options = new JsonSchemaOptions { OnWidened = widening => shell.Tell($"warning: the tool '{tool.Name}': {widening}") };
            try
            {
                JsonSchemaGrammar.FromSchema(tool.Parameters.ToJsonString(), options);
            }
            catch (JsonSchemaException error)
            {
                throw new ArgumentException($"The tool '{tool.Name}' cannot be used. {error.Message}", error);
            }
        }

        return tools;
    }

    private static ToolDefinition Read(JsonNode? tool, int index, string path)
    {
        JsonObject? function = (tool as JsonObject)?["function"] as JsonObject ?? tool as JsonObject;
        if (function?["name"] is not JsonValue name || !name.TryGetValue(out string? text) || text.Length == 0)
        {
            throw new ArgumentException($"'{path}': tool {index} has no name.");
        }

        // As OpenAI, the Model Context Protocol and Anthropic call it.
        JsonNode? schema = function["parameters"] ?? function["inputSchema"] ?? function["input_schema"];
        return new ToolDefinition(text, function["description"]?.ToString() ?? "", schema switch
        {
            null => new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() },
            JsonObject parameters => (JsonObject)parameters.DeepClone(),
            _ => throw new ArgumentException($"'{path}': the parameters of the tool '{text}' are not a JSON Schema of an object."),
        });
    }
}
