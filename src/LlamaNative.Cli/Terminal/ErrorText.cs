using System.Text;

namespace LlamaNative.Cli.Terminal;

/// <summary>Formats an exception's message as one line.</summary>
internal static class ErrorText
{
    public static string Of(Exception error)
    {
        string message = error.Message;

        // .NET appends the name of a C# parameter to the message, which means nothing to a user of the command line.
        if (error is ArgumentException { ParamName: { } name })
        {
            int end = message.LastIndexOf($" (Parameter '{name}')", StringComparison.Ordinal);
            message = end > 0 ? message[..end] : message;
        }

        return OneLine(message);
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
