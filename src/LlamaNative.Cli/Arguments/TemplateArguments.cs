using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlamaNative.Grammars.Schemas;

namespace LlamaNative.Cli.Arguments;

/// <summary>Additional variables for a chat template, e.g. to switch a model's thinking off.</summary>
internal static class TemplateArguments
{
    private static readonly string[] s_reserved = ["messages", "add_generation_prompt", "bos_token", "eos_token", "tools"];

    public static Option<JsonObject?> Option(string purpose) => new("--chat-template-kwargs")
    {
        Description = purpose,
        HelpName = "JSON",
        CustomParser = Parse,
    };

    private static JsonObject? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        try
        {
            if (JsonFile.Parse(text) is JsonObject variables)
            {
                if (s_reserved.FirstOrDefault(variables.ContainsKey) is { } name)
                {
                    result.AddError($"--chat-template-kwargs cannot set '{name}', which every conversation sets itself.");
                }

                return variables;
            }

            result.AddError($"--chat-template-kwargs takes a JSON object such as {{\"enable_thinking\": false}}, not '{text}'.");
        }
        catch (JsonException error)
        {
            // PowerShell 5 and cmd.exe remove quotation marks that are not escaped.
            result.AddError($"--chat-template-kwargs takes a JSON object such as {{\"enable_thinking\": false}}, and '{text}' is not JSON: "
                + JsonErrorText.Describe(error));
        }

        return null;
    }
}
