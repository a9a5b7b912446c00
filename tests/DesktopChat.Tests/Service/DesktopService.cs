using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DesktopChat.Access;
using DesktopChat.Conversations;
using DesktopChat.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace DesktopChat.Tests.Service;

/// <summary>Runs the program's service on a free port with a temporary data folder.</summary>
internal sealed class DesktopService : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly string? _ownFolder;

    private DesktopService(WebApplication application, string dataFolder, string? ownFolder)
    {
        (_application, DataFolder, _ownFolder) = (application, dataFolder, ownFolder);
        Root = DesktopApplication.AddressOf(application);
        Token = application.Services.GetRequiredService<AccessToken>();
        Address = $"{Root}{Token.Path}/";
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(Address) };
    }

    public string Root { get; }

    public string Address { get; }

    public AccessToken Token { get; }

    public string DataFolder { get; }

    public HttpClient Client { get; }

    public ConversationStore Conversations => _application.Services.GetRequiredService<ConversationStore>();

    public ModelHost Models => _application.Services.GetRequiredService<ModelHost>();

    public static async Task<DesktopService> StartAsync(string? model = null, string? dataFolder = null,
        string? modelFolder = null, LoadModel? loadModel = null)
    {
        string? own = dataFolder is null ? Directory.CreateTempSubdirectory("desktopchat-tests-").FullName : null;
        string folder = dataFolder ?? own!;
        WebApplication application = DesktopApplication.Create(
            new DesktopOptions
            {
                Model = model,
                DataFolder = folder,
                ModelFolder = modelFolder,
                RepositoryModels = null,
                OpenWindow = false
            }, loadModel);
        await application.StartAsync();
        return new DesktopService(application, folder, own);
    }

    public async Task<JsonElement> GetAsync(string path) => await ReadAsync(await Client.GetAsync("api/" + path), HttpStatusCode.OK);

    public Task<HttpResponseMessage> PostAsync(string path, object? body = null) =>
        Client.PostAsync("api/" + path, body is null ? null : JsonContent.Create(body));

    public Task<HttpResponseMessage> PutAsync(string path, object body) => Client.PutAsync("api/" + path, JsonContent.Create(body));

    /// <summary>The message of an error response, after checking its status and code.</summary>
    public static async Task<string> ErrorAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        JsonElement error = (await ReadAsync(response, status)).GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        return error.GetProperty("message").GetString()!;
    }

    public async Task<string> NewConversationAsync() =>
        (await ReadAsync(await PostAsync("conversations"), HttpStatusCode.Created)).GetProperty("id").GetString()!;

    public async Task<JsonElement> SetAsync(object settings) => await ReadAsync(await PutAsync("settings", settings), HttpStatusCode.OK);

    /// <summary>Settings that make the tests' tiny models deterministic.</summary>
    public Task<JsonElement> SetGreedyAsync(int? maxTokens = 8) =>
        SetAsync(new { temperature = 0, maxTokens, threads = 1, contextSize = 512 });

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
        if (_ownFolder is not null)
        {
            Directory.Delete(_ownFolder, recursive: true);
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        return JsonDocument.Parse(text).RootElement;
    }
}
