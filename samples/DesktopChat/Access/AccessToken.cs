using System.Security.Cryptography;
using System.Text;

namespace DesktopChat.Access;

/// <summary>
/// The secret that distinguishes this program's window from other programs and web pages that can reach the port. It is the
/// first segment of every URL path and is generated at each start. A cookie would not be enough, because cookies are shared
/// between all ports of a host.
/// </summary>
internal sealed class AccessToken
{
    private const string TicketPrefix = "/open/";
    private readonly byte[] _token = Encoding.ASCII.GetBytes(Draw());
    private string? _ticket;

    /// <summary>The prefix of every path, e.g. <c>/Zk3…</c>.</summary>
    public string Path => "/" + Encoding.ASCII.GetString(_token);

    /// <summary>
    /// A path that opens the page once. Every user of the machine can read command lines, so the browser gets this one-time
    /// ticket instead of the token; a second use is rejected.
    /// </summary>
    public string IssueTicket()
    {
        string ticket = TicketPrefix + Draw();
        Volatile.Write(ref _ticket, ticket);
        return ticket;
    }

    /// <summary>Redeems a ticket.</summary>
    public bool Redeem(string? path)
    {
        string? ticket = Volatile.Read(ref _ticket);
        return ticket is not null && path is not null && Same(ticket, path)
            && Interlocked.CompareExchange(ref _ticket, null, ticket) == ticket;
    }

    /// <summary>Splits a path into the token and the rest; false if it does not start with the token.</summary>
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
