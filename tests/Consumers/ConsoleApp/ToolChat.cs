// The parts of the library that work with JSON: a tool's schema as a grammar, a call in the session, and the session saved and loaded.
using System.Text.Json.Nodes;
using LlamaNative;
using LlamaNative.Chat;

internal static class ToolChat
{
    /// <summary>Lets the model call a tool, and writes the conversation after saving and loading it.</summary>
    public static async Task RunAsync(LlamaContext context, string message)
    {
        var lamp = new ToolDefinition("lamp", "Switches the lamp.", new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["on"] = new JsonObject { ["type"] = "boolean" } },
            ["required"] = new JsonArray("on"),
        });
        var options = new ChatSessionOptions { Format = ChatFormat.FromName(context.Model, "chatml"), Tools = [lamp],
            ToolChoice = ToolChoice.Required };
        var session = new ChatSession(context, options);
        await session.SendAsync(message, new GenerationOptions { MaxTokens = 60, Sampling = SamplingOptions.Greedy }).CompleteAsync();
        string file = Path.GetTempFileName();
        try
        {
            session.Save(file);
            var loaded = new ChatSession(context, options);
            loaded.Load(file);
            foreach (ChatMessage saved in loaded.Messages)
            {
                Console.Out.WriteLine($"{saved.Role}: {saved.Content} {string.Join(", ", saved.ToolCalls.Select(call => call.Arguments))}");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
