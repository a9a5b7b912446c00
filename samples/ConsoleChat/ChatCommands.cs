using System.Globalization;
using LlamaNative;

namespace ConsoleChat;

/// <summary>Lines that start with a slash are commands for the program, not messages for the model.</summary>
internal sealed class ChatCommands(ChatSession session, LlamaContext context, ChatTerminal terminal)
{
    private const string Help = """
        /reset         clear the conversation
        /stats         tokens and speed of the last answer
        /system TEXT   set instructions for the whole conversation; without TEXT, show them
        /exit          quit (also: end of input, Ctrl+C twice)
        /help          this list
        """;

    public static bool IsExit(string line) => line.Trim() is "/exit" or "/quit";

    /// <summary>Runs the line if it is a command.</summary>
    public bool TryRun(string line)
    {
        string[] words = line.Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
        if (!words[0].StartsWith('/'))
        {
            return false;
        }

        switch (words[0])
        {
            case "/reset":
                session.Reset();
                terminal.Tell("(conversation cleared)");
                break;
            case "/stats":
                terminal.Tell(Stats());
                break;
            case "/system":
                terminal.Tell(System(words.Length == 2 ? words[1] : null));
                break;
            case "/help":
                terminal.Tell(Help);
                break;
            default:
                terminal.Tell($"(there is no command {words[0]}; /help lists the commands)");
                break;
        }

        return true;
    }

    private string System(string? text)
    {
        if (text is not null)
        {
            session.SystemPrompt = text;
        }

        return session.SystemPrompt is { } current ? $"(system: {current})" : "(no system message)";
    }

    private string Stats()
    {
        if (session.LastResult is not { } last)
        {
            return "(no answer yet)";
        }

        TokenUsage usage = last.Usage;
        GenerationTimings timings = last.Timings;
        return string.Create(CultureInfo.InvariantCulture, $"""
            prompt    {usage.PromptTokens} tokens: {usage.CachedTokens} from the cache, {usage.PromptTokens - usage.CachedTokens} evaluated at {timings.PromptTokensPerSecond:F1} tokens/s
            answer    {usage.CompletionTokens} tokens at {timings.TokensPerSecond:F1} tokens/s, the first after {timings.TimeToFirstToken.TotalMilliseconds:F0} ms; stop reason {last.StopReason}
            context   {context.Cache.GetLength()} of {context.SequenceSize} tokens used, {session.Messages.Count} messages, {session.ForgottenMessages} dropped
            model     loaded in {timings.Load.TotalMilliseconds:F0} ms
            """);
    }
}
