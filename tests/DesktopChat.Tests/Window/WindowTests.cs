using System.Text.Json;
using System.Text.RegularExpressions;
using DesktopChat.Tests.Service;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace DesktopChat.Tests.Window;

/// <summary>The window in a real browser: operated by keyboard, without content security policy violations.</summary>
public sealed class WindowTests(ChromiumFixture chromium) : IClassFixture<ChromiumFixture>
{
    static WindowTests() => SetDefaultExpectTimeout(60_000);

    [RequiresFact(Need.Chromium)]
    public async Task Without_a_model_it_says_what_to_do_and_settings_are_checked_kept_and_seen_by_every_window()
    {
        await using DesktopService service = await DesktopService.StartAsync();
        (IPage page, List<string> errors) = await chromium.OpenAsync(service);
        await Expect(page.Locator(".empty h2")).ToHaveTextAsync("Choose a model to begin");
        await page.Keyboard.PressAsync("Control+o");
        await Expect(page.Locator("dialog#models")).ToBeVisibleAsync();
        string folder = Path.Combine(service.DataFolder, "no such folder");
        await page.EvaluateAsync("document.querySelector('.folders').open = true");
        await page.GetByLabel("Folder with models").FillAsync("relative");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#models-error")).ToContainTextAsync("absolute path");
        await page.GetByLabel("Folder with models").FillAsync(folder);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#models-note")).ToContainTextAsync("no such folder");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("dialog#models")).ToBeHiddenAsync();

        (IPage other, _) = await chromium.OpenAsync(service, scheme: ColorScheme.Dark);
        await page.Keyboard.PressAsync("Control+,");
        await page.GetByLabel("System prompt").FillAsync("Be brief.");
        await page.GetByLabel("Threads").FillAsync("100000");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#settings-error")).ToContainTextAsync("between 1 and 512");
        await page.GetByLabel("Threads").FillAsync("1");
        await page.GetByLabel("Dark").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator("dialog#settings")).ToBeHiddenAsync();
        await Expect(other.Locator("html")).ToHaveAttributeAsync("data-theme", "Dark");
        await other.Keyboard.PressAsync("Control+,");
        await Expect(other.GetByLabel("System prompt")).ToHaveValueAsync("Be brief.");
        Assert.Equal(1, (await service.GetAsync("settings")).GetProperty("threads").GetInt32());
        Assert.Empty(errors);
    }

    [RequiresFact(Need.Chromium)]
    public async Task Thinking_template_variables_and_LoRA_adapters_are_settings()
    {
        await using DesktopService service = await DesktopService.StartAsync();
        string first = Path.Combine(service.DataFolder, "style.gguf");
        string second = Path.Combine(service.DataFolder, "facts.gguf:0.5");
        (IPage page, List<string> errors) = await chromium.OpenAsync(service);
        await page.Keyboard.PressAsync("Control+,");
        ILocator thinking = page.GetByRole(AriaRole.Radiogroup, new() { Name = "Thinking" });
        await Expect(thinking.GetByLabel("Automatic")).ToBeCheckedAsync();
        await thinking.GetByLabel("Off").CheckAsync();
        await page.GetByLabel("Template variables").FillAsync("{\"reasoning_effort\": \"low\"}");
        await ChromiumFixture.PictureAsync(page, "settings");
        await page.GetByLabel("LoRA adapters").FillAsync("style.gguf");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator("#settings-error")).ToContainTextAsync("absolute path");
        await page.GetByLabel("LoRA adapters").FillAsync($"{first}\n\n {second} \n");
        await ChromiumFixture.PictureAsync(page, "settings-lora");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator("dialog#settings")).ToBeHiddenAsync();
        JsonElement saved = await service.GetAsync("settings");
        Assert.Equal([first, second], saved.GetProperty("loraAdapters").EnumerateArray().Select(file => file.GetString()));
        Assert.Equal(("Off", "{\"reasoning_effort\": \"low\"}"),
            (saved.GetProperty("thinking").GetString(), saved.GetProperty("templateVariables").GetString()));

        // Opened again it shows what was saved; the defaults clear it.
        await page.Keyboard.PressAsync("Control+,");
        await Expect(thinking.GetByLabel("Off")).ToBeCheckedAsync();
        await Expect(page.GetByLabel("LoRA adapters")).ToHaveValueAsync($"{first}\n{second}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Defaults" }).ClickAsync();
        await Expect(thinking.GetByLabel("Automatic")).ToBeCheckedAsync();
        await Expect(page.GetByLabel("LoRA adapters")).ToHaveValueAsync("");
        Assert.Empty(errors);
    }

    [RequiresFact(Need.Chromium)]
    public async Task A_conversation_by_keyboard_alone()
    {
        using TinyModel model = TestModels.Slow();
        await using DesktopService service = await DesktopService.StartAsync(modelFolder: model.Folder);
        await service.SetAsync(new { temperature = 0, threads = 1, contextSize = 4096 });
        (IPage page, List<string> errors) = await chromium.OpenAsync(service);

        // Choose the model: its row shows the file's metadata.
        await page.Keyboard.PressAsync("Control+o");
        ILocator row = page.Locator(".model-row", new() { HasText = "slow.gguf" });
        await Expect(row).ToContainTextAsync("4,096 context");
        await Expect(row).ToContainTextAsync("F32");
        await row.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#model-dot")).ToHaveClassAsync("dot Ready");
        await Expect(page.Locator("#status-device")).ToContainTextAsync("CPU");

        // Ask, watch it stream, stop with Escape.
        await Expect(page.Locator("#input")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("the cat");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".message.user .message-body")).ToHaveTextAsync("the cat");
        await Expect(page.Locator(".message.live .message-body")).Not.ToBeEmptyAsync();
        await Expect(page.Locator("#status-speed")).ToContainTextAsync("tokens/s");
        await Expect(page.Locator("#stop")).ToBeVisibleAsync();
        await ChromiumFixture.PictureAsync(page, "streaming");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".message.assistant .message-facts")).ToContainTextAsync("stopped");
        await Expect(page.Locator("#send")).ToBeVisibleAsync();
        await Expect(page.Locator("#title")).ToHaveTextAsync("the cat");

        // Edit the question with the arrow key.
        await service.SetAsync(new { temperature = 0, threads = 1, contextSize = 4096, maxTokens = 3 });
        await page.Keyboard.PressAsync("ArrowUp");
        await Expect(page.Locator(".editor textarea")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(" abc");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".message.user .message-body")).ToHaveTextAsync("the cat abc");
        await Expect(page.Locator(".message.assistant .message-facts")).ToContainTextAsync("3 tokens");

        // Answer again, rename, begin another, go back, delete.
        await page.Keyboard.PressAsync("Alt+r");
        await Expect(page.Locator(".message.live")).ToHaveCountAsync(0);
        await Expect(page.Locator(".message.assistant .message-facts")).ToContainTextAsync("3 tokens");
        await page.Keyboard.PressAsync("F2");
        await page.Keyboard.TypeAsync("Cats");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#title")).ToHaveTextAsync("Cats");
        await page.Keyboard.PressAsync("Control+n");
        await Expect(page.Locator(".empty h2")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Alt+ArrowDown");
        await Expect(page.Locator("#title")).ToHaveTextAsync("Cats");
        await page.Keyboard.PressAsync("Alt+Delete");
        await Expect(page.Locator("dialog#confirm")).ToContainTextAsync("Cats");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".conversation")).ToHaveCountAsync(0);
        Assert.Empty(errors);
    }

    // If this fails, a model can take over the page that holds the token.
    [RequiresFact(Need.Chromium)]
    public async Task What_a_model_says_is_text_whatever_it_says()
    {
        await using DesktopService service = await DesktopService.StartAsync();
        const string Hostile =
            "<img src=x onerror=\"window.taken=1\"><script>window.taken=1</script> **bold <b>x</b>** `<i>` "
            + "[a](javascript:window.taken=1)\n\n```<script>\n<img src=x onerror=window.taken=1>\n```\n\n&lt;script&gt; **a";
        string id = await SeedAsync(service, Hostile);
        (IPage page, List<string> errors) = await chromium.OpenAsync(service);
        await page.GotoAsync(service.Address + "#" + id);
        await page.ReloadAsync();
        ILocator body = page.Locator(".message.assistant .message-body");
        await Expect(body.Locator("strong")).ToHaveTextAsync("bold <b>x</b>");
        await Expect(body.Locator("pre")).ToHaveTextAsync("<img src=x onerror=window.taken=1>");
        await Expect(body).ToContainTextAsync("&lt;script&gt; **a");
        Assert.Equal(0, await body.Locator("img, script, b, i, a, iframe").CountAsync());
        Assert.True(await page.EvaluateAsync<bool>("window.taken === undefined"));

        // The policy also blocks HTML that the page's own scripts insert.
        Assert.True(await page.EvaluateAsync<bool>(
            "(() => { try { document.body.innerHTML = '<b>x</b>'; return false; } catch { return true; } })()"));
        Assert.All(errors, error => Assert.Contains("TrustedHTML", error, StringComparison.Ordinal));
    }

    [RequiresFact(Need.Chromium)]
    public async Task Loading_shows_its_progress_and_can_be_cancelled()
    {
        using TinyModel model = TestModels.Quick();
        using var slow = new SlowLoading();
        await using DesktopService service = await DesktopService.StartAsync(model.Path, loadModel: slow.Load);
        (IPage page, List<string> errors) = await chromium.OpenAsync(service);
        await Expect(page.Locator("#loading")).ToContainTextAsync("Loading tiny.gguf");
        await Expect(page.Locator("#loading-percent")).Not.ToHaveTextAsync("0 %");
        await ChromiumFixture.PictureAsync(page, "loading");

        // The window stays responsive.
        await page.Keyboard.PressAsync("Control+,");
        await Expect(page.Locator("dialog#settings")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(page.Locator("#loading")).ToBeHiddenAsync();
        await Expect(page.Locator("#model-name")).ToHaveTextAsync("No model");
        Assert.Empty(errors);
    }

    [RequiresFact(Need.Chromium)]
    public async Task Two_windows_show_the_same_conversation()
    {
        using TinyModel model = TestModels.Quick();
        await using DesktopService service = await DesktopService.StartAsync(model.Path);
        await service.SetGreedyAsync(5);
        (IPage one, List<string> errors) = await chromium.OpenAsync(service);
        (IPage two, _) = await chromium.OpenAsync(service, width: 480);
        await Expect(one.Locator("#model-dot")).ToHaveClassAsync("dot Ready");
        await one.Locator("#input").FillAsync("the cat");
        await one.Locator("#send").ClickAsync();
        await Expect(one.Locator(".message-facts")).ToContainTextAsync("5 tokens");
        await two.Locator("#toggle-sidebar").ClickAsync();
        await two.Locator(".conversation-open").ClickAsync();
        string answer = await one.Locator(".message.assistant .message-body").InnerTextAsync();
        await Expect(two.Locator(".message.assistant .message-body")).ToHaveTextAsync(answer);

        // One window adds a message and the other shows it; one deletes the conversation and the other closes it.
        await two.Locator("#input").FillAsync("stop");
        await two.Locator("#send").ClickAsync();
        await Expect(one.Locator(".message")).ToHaveCountAsync(4);
        await Expect(one.Locator(".message-facts")).ToHaveCountAsync(2);
        await one.Keyboard.PressAsync("Alt+Delete");
        await one.Locator("#confirm-yes").ClickAsync();
        await Expect(two.Locator(".empty h2")).ToBeVisibleAsync();
        Assert.Empty(errors);
    }

    // A response requested during the answer may arrive after its end.
    [RequiresFact(Need.Chromium)]
    public async Task A_conversation_that_was_fetched_slowly_does_not_take_its_answer_away()
    {
        using TinyModel model = TestModels.Slow();
        await using DesktopService service = await DesktopService.StartAsync(model.Path);
        await service.SetAsync(new { temperature = 0, threads = 1, contextSize = 4096 });
        (IPage page, List<string> errors) = await chromium.OpenAsync(service);
        var fetched = new TaskCompletionSource();
        var deliver = new TaskCompletionSource();
        await page.RouteAsync(new Regex("/api/conversations/[^/]+$"), async route =>
        {
            IAPIResponse response = await route.FetchAsync();
            fetched.TrySetResult();
            await deliver.Task;
            await route.FulfillAsync(new() { Response = response });
        });
        await Expect(page.Locator("#model-dot")).ToHaveClassAsync("dot Ready");
        await page.Locator("#input").FillAsync("the cat");
        await page.Locator("#send").ClickAsync();
        await fetched.Task;
        await Expect(page.Locator("#status-speed")).ToContainTextAsync("tokens/s"); // an answer without a token is not kept
        await page.Locator("#stop").ClickAsync();
        await Expect(page.Locator(".message-facts")).ToContainTextAsync("token");
        await page.RunAndWaitForResponseAsync(() => Task.Run(deliver.SetResult),
            response => response.Url.Contains("/api/conversations/", StringComparison.Ordinal));
        await page.EvaluateAsync("new Promise(done => setTimeout(done, 200))");
        Assert.Equal(1, await page.Locator(".message-facts").CountAsync());
        Assert.Equal(0, await page.Locator(".trouble").CountAsync());
        Assert.Empty(errors);
    }

    /// <summary>Creates a conversation with this answer, as if a model had generated it.</summary>
    private static async Task<string> SeedAsync(DesktopService service, string answer)
    {
        string id = await service.NewConversationAsync();
        service.Conversations.Update(id, conversation => conversation with
        {
            Messages = [DesktopChat.Conversations.Message.FromUser("say it"),
                DesktopChat.Conversations.Message.FromAssistant(answer, null)],
        });
        return id;
    }
}
