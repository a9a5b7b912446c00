using System.Text.Json.Nodes;

namespace LlamaNative.Tests.Chat.Templates;

/// <summary>The built-in templates with what a conversation with tools has: a call has no content.</summary>
public sealed class NamedTemplateTests(TinyModelFixture tiny) : IClassFixture<TinyModelFixture>
{
    public static TheoryData<string> Names => ["chatml", "alpaca", "vicuna", "llama2", "llama3", "mistral", "gemma", "phi3", "zephyr"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_call_without_content_is_an_empty_message(string name)
    {
        ChatFormat format = ChatFormat.FromNameOrFile(tiny.Model, name);
        var call = new ToolCall("weather", new JsonObject { ["city"] = "Paris" }, "call12345");
        string without = Render(new ChatMessage(ChatRole.Assistant, null) { ToolCalls = [call] });
        Assert.Equal(Render(new ChatMessage(ChatRole.Assistant, "")), without);
        Assert.DoesNotContain("None", without, StringComparison.Ordinal);
        Assert.Contains("weather?", without, StringComparison.Ordinal);
        Assert.Contains("thanks", without, StringComparison.Ordinal);

        string Render(ChatMessage answer) =>
            format.Render([ChatMessage.FromUser("weather?"), answer, ChatMessage.FromUser("thanks")]);
    }
}
