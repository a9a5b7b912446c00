namespace DesktopChat;

/// <summary>A request that failed; the message is shown on the page.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">A machine-readable code.</param>
/// <param name="message">A human-readable message.</param>
internal sealed class ApiException(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public static ApiException Invalid(string message) => new(400, "invalid", message);

    public static ApiException NotFound(string message) => new(404, "not-found", message);

    public static ApiException Conflict(string code, string message) => new(409, code, message);
}
