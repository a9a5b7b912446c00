namespace DesktopChat;

/// <summary>A request that cannot be done, told to the page as it stands.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">A word for programs.</param>
/// <param name="message">A sentence for people.</param>
internal sealed class ApiException(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public static ApiException Invalid(string message) => new(400, "invalid", message);

    public static ApiException NotFound(string message) => new(404, "not-found", message);

    public static ApiException Conflict(string code, string message) => new(409, code, message);
}
