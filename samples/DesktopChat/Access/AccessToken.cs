using System.Security.Cryptography;
using System.Text;

namespace DesktopChat.Access;

/// <summary>
/// The secret that tells this program's window from any other program or web page that reaches the port. It is the first
/// segment of every address, drawn anew at each start. A cookie would not do: cookies do not tell one port of a machine
/// from another.
/// </summary>
internal sealed class AccessToken
{
    private const string TicketPrefix = "/open/";
    private readonly byte[] _token = Encoding.ASCII.GetBytes(Draw());
    private string? _ticket;

    /// <summary>What every address starts with, e.g. <c>/Zk3…</c>.</summary>
    public string Path => "/" + Encoding.ASCII.GetString(_token);

    /// <summary>
    /// An address that opens the page once. Command lines can be read by every user of the machine, so the browser is
    /// given this one and not the token: whoever comes second is refused.
    /// </summary>
    public string IssueTicket()
    {
        string ticket = TicketPrefix + Draw();
        Volatile.Write(ref _ticket, ticket);
        return ticket;
    }

    /// <summary>Uses a ticket up.</summary>
    public bool Redeem(string? path)
    {
        string? ticket = Volatile.Read(ref _ticket);
        return ticket is not null && path is not null && Same(ticket, path)
            && Interlocked.CompareExchange(ref _ticket, null, ticket) == ticket;
    }

    /// <summary>Splits a path into the token and the rest; false if it does not begin with the token.</summary>
    public bool Accepts(string? path, out string rest)
    {
        rest = "/";
        if (path is not ['/', .. string tail])
        {
            return false;
        }

        int end = tail.IndexOf('/', StringComparison.Ordinal);
        rest = end < 0 ? "" : tail[end..];
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(end < 0 ? tail : tail[..end]), _token);
    }

    private static bool Same(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private static string Draw() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}
