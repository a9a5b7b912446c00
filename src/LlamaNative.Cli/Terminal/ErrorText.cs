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
        // The message can also be part of another exception's message.
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is ArgumentException { ParamName: { } name })
            {
                message = message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal);
            }
        }

        return OneLine(OptionNames.Replace(message, (error as ArgumentException)?.ParamName));
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
