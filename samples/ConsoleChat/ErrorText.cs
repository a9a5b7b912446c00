namespace ConsoleChat;

/// <summary>Writes the library's messages in the words of this program's command line.</summary>
internal static class ErrorText
{
    public static string Of(Exception error)
    {
        string message = error.Message;
        if (error is ArgumentException { ParamName: { } name })
        {
            // .NET appends the name and the value, which the message contains already.
            int end = message.LastIndexOf($" (Parameter '{name}')", StringComparison.Ordinal);
            message = end > 0 ? message[..end] : message;
        }

        // The options here and in the library have the same names.
        foreach ((string option, string key) in CommandLine.Switches)
        {
            string property = key[(key.IndexOf(':') + 1)..];
            if (message.StartsWith(property + " is ", StringComparison.Ordinal))
            {
                return option + message[property.Length..];
            }

            message = message.Replace($"'{key}'", option, StringComparison.Ordinal);
        }

        return message;
    }
}
