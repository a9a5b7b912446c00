namespace DesktopChat;

/// <summary>The message of an error without what .NET appends to it for programmers.</summary>
internal static class ErrorText
{
    public static string Of(Exception error)
    {
        int end = error is ArgumentException { ParamName: { } name }
            ? error.Message.LastIndexOf($" (Parameter '{name}')", StringComparison.Ordinal)
            : -1;
        return end > 0 ? error.Message[..end] : error.Message;
    }
}
