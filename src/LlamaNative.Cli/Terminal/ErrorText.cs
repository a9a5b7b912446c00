using System.Text;
using LlamaNative.Embeddings;

namespace LlamaNative.Cli.Terminal;

/// <summary>Formats an exception's message as one line, in the words of the command line.</summary>
internal static class ErrorText
{
    public static string Of(Exception error)
    {
        string message = error switch
        {
            InputTooLongException input =>
                $"Input {input.Index} has {input.TokenCount} tokens; the maximum for this model is {input.MaxInputTokens}. Shorten it, or "
                + "pass --truncate.",
            ContextOverflowException prompt =>
                $"The prompt has {prompt.PromptTokens} tokens; the context has {prompt.ContextSize}. Shorten the prompt, or raise "
                + "--ctx-size.",
            _ => error.Message,
        };

        // .NET appends the name of a C# parameter to the message, which means nothing to a user of the command line.
        string? option = (error as ArgumentException)?.ParamName;
        if (option is { } name)
        {
            int end = message.LastIndexOf($" (Parameter '{name}')", StringComparison.Ordinal);
            message = end > 0 ? message[..end] : message;
        }

        return OneLine(OptionNames.Replace(message, option));
    }

    public static string OneLine(string message)
    {
        var line = new StringBuilder();
        foreach (string part in message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            line.Append(line.Length == 0 ? "" : line[^1] is '.' or ':' ? " " : "; ").Append(part);
        }

        return line.ToString();
    }
}
