using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DesktopChat.Tests.Service;

/// <summary>
/// Access control. If one of these fails, a web page in the user's browser or another user of the machine can read conversations.
/// </summary>
public sealed class AccessTests : IAsyncLifetime
{
    private DesktopService _service = null!;

    public async Task InitializeAsync() => _service = await DesktopService.StartAsync();

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/api/events")]
    [InlineData("/api/conversations")]
    [InlineData("/js/app.js")]
    [InlineData("/0000000000000000000000000000000000000000000000000000000000000000/")]
    [InlineData("//")]
    [InlineData("/open/")]
    [InlineData("/open/0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Without_the_token_nothing_is_served(string path) =>
        await DesktopService.ErrorAsync(await _service.Client.GetAsync(_service.Root + path), HttpStatusCode.Forbidden, "no-token");

    [Fact]
    public async Task A_token_that_is_nearly_right_is_refused()
    {
        string token = _service.Token.Path;
        foreach (string wrong in new[] { token[..^1], token + "0", token.ToUpperInvariant() + "x",
            token[..^1] + (token[^1] == '0' ? '1' : '0') })
        {
            await DesktopService.ErrorAsync(await _service.Client.GetAsync($"{_service.Root}{wrong}/api/settings"),
                HttpStatusCode.Forbidden, "no-token");
        }
    }

    [Fact]
    public async Task A_ticket_opens_the_page_once()
    {
        string ticket = _service.Token.IssueTicket();
        HttpResponseMessage first = await _service.Client.GetAsync(_service.Root + ticket);
        Assert.Equal((HttpStatusCode.Redirect, _service.Token.Path + "/"), (first.StatusCode, first.Headers.Location!.OriginalString));
        await DesktopService.ErrorAsync(await _service.Client.GetAsync(_service.Root + ticket), HttpStatusCode.Forbidden, "no-token");
    }

    // DNS rebinding: a foreign page whose name now resolves to this machine sends its own name as the host.
    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:{port}")]
    [InlineData("127.0.0.1.evil.example:{port}")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.0.0.2:{port}")]
    [InlineData("0.0.0.0:{port}")]
    [InlineData("[::1]:{port}")]
    [InlineData("2130706433:{port}")]
    public async Task A_foreign_host_is_refused_even_with_the_token(string host)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "api/settings");
        request.Headers.Host = host.Replace("{port}", new Uri(_service.Root).Port.ToString(), StringComparison.Ordinal);
        await DesktopService.ErrorAsync(await _service.Client.SendAsync(request), HttpStatusCode.Forbidden, "foreign-origin");
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "https://127.0.0.1:{port}")]
    [InlineData("Origin", "http://localhost:{port}")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_foreign_page_is_refused_even_with_the_token(string header, string value)
    {
        foreach (HttpMethod method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Options })
        {
            var request = new HttpRequestMessage(method, "api/conversations");
            request.Headers.Add(header, value.Replace("{port}", new Uri(_service.Root).Port.ToString(), StringComparison.Ordinal));
            HttpResponseMessage response = await _service.Client.SendAsync(request);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
            await DesktopService.ErrorAsync(response, HttpStatusCode.Forbidden, "foreign-origin");
        }

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_service.DataFolder, "conversations")));
    }

    [Fact]
    public async Task Two_origins_in_one_request_are_refused() =>
        Assert.StartsWith("HTTP/1.1 403",
            await RawAsync(
                $"GET {_service.Token.Path}/api/settings HTTP/1.1\r\nHost: {Authority}\r\nOrigin: http://{Authority}\r\nOrigin: "
                + $"http://evil.example\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData("GET {token}/../../../../etc/passwd HTTP/1.1")]
    [InlineData("GET {token}/js/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1")]
    [InlineData("GET {token}/wwwroot/index.html HTTP/1.1")]
    [InlineData("GET {token}/js/ HTTP/1.1")]
    [InlineData("GET {token}/%00 HTTP/1.1")]
    public async Task Only_the_pages_own_files_are_served(string line)
    {
        string answer = await RawAsync(
            $"{line.Replace("{token}", _service.Token.Path, StringComparison.Ordinal)}\r\nHost: {Authority}\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (400|403|404)", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_forbid_everything_foreign()
    {
        HttpResponseMessage response = await _service.Client.GetAsync("");
        string policy = string.Join(' ', response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task It_listens_to_this_machine_alone()
    {
        // Any address of this machine except the loopback addresses, if there is one.
        foreach (IPAddress address in (await Dns.GetHostAddressesAsync(Dns.GetHostName()))
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)))
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await Assert.ThrowsAnyAsync<SocketException>(() => socket.ConnectAsync(address, new Uri(_service.Root).Port));
        }

        Assert.StartsWith("http://127.0.0.1:", _service.Root, StringComparison.Ordinal);
    }

    private string Authority => new Uri(_service.Root).Authority;

    private async Task<string> RawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(_service.Root).Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync();
    }
}
