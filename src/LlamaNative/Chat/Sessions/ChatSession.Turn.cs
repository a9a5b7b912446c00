using System.Text.Json.Nodes;
using LlamaNative.Chat;
using LlamaNative.Chat.Templates;

namespace LlamaNative;

public sealed partial class ChatSession
{
    internal void Start(ChatAnswer answer)
    {
        ThrowIfPending();
        _pending = answer;
    }

    /// <summary>Ends a turn and adds the answer to the conversation, even if it was stopped early.</summary>
    internal ChatMessage? Finish(ChatAnswer answer, GenerationResult? result, string speech, IReadOnlyList<ToolCall> calls)
    {
        if (_pending != answer)
        {
            return null;
        }

        _pending = null;
        if (result is null)
        {
            return null;
        }

        LastResult = result;

        // A stop sequence can split tokens, so such an answer is tokenized again with the next turn. The special token that
        // ends a turn is not part of the answer: the template writes it after the message.
        int[] tokens = [.. result.Tokens];
        bool endsWithSpecial = tokens.Length > 0 && IsSpecial(tokens[^1]);
        if (endsWithSpecial || result.StopReason != StopReason.StopSequence)
        {
            _tokens.AddAnswer(result.Text, endsWithSpecial ? tokens.AsSpan(..^1) : tokens);
        }

        ChatMessage message = AsTheTemplateWritesIt(ChatMessage.FromAssistant(speech) with { ToolCalls = calls });
        _messages.Add(message);
        return message;
    }

    /// <summary>
    /// Some templates add whitespace around an answer, others trim it. The content is chosen so that the template reproduces
    /// the generated text and the cache still matches the next turn.
    /// </summary>
    private ChatMessage AsTheTemplateWritesIt(ChatMessage message)
    {
        string text = message.Content ?? "";
        foreach (string content in new[] { text, text.TrimStart(), text.TrimEnd(), text.Trim() }.Distinct())
        {
            ChatMessage candidate = message with { Content = content };
            try
            {
                if (Write([.. _messages, candidate], addGenerationPrompt: false).StartsWith(_tokens.Text, StringComparison.Ordinal))
                {
                    return candidate;
                }
            }
            catch (ChatTemplateException)
            {
                break; // the next turn decides
            }
        }

        return message;
    }

    /// <summary>Renders the conversation, frees space for it, and starts the answer. Runs on the context's thread.</summary>
    private GenerationRun Begin(List<ChatMessage> messages, GenerationOptions options, CancellationToken stop)
    {
        int said = messages.Count;
        ConversationTokens tokens = _tokens.Clone();
        tokens.MoveTo(Write(messages));
        int reserve = Math.Min(options.MaxTokens ?? Options.AnswerReserve, Context.SequenceSize / 2);
        int room = Context.SequenceSize - reserve;
        switch (Options.Overflow)
        {
            case OverflowPolicy.DropOldestTurns:
                while (tokens.Tokens.Length > room && DropOldestTurn(messages))
                {
                    tokens.MoveTo(Write(messages));
                }

                break;
            case OverflowPolicy.Shift when tokens.Tokens.Length > room:
                Shift(tokens, tokens.Tokens.Length - room, SystemTokens(messages, tokens.Tokens));
                break;
        }

        // A tool's result means that the required call was made. Requiring another would never let the model answer in words.
        ToolChoice choice = messages[^1].Role == ChatRole.Tool ? ToolChoice.Auto : Options.ToolChoice;
        GenerationOptions constrained = UsesTools ? ToolGeneration.Constrain(options, Options.Tools, choice, Format.Tools) : options;
        GenerationRun run = _generator.Start(tokens.Tokens, constrained, stop);
        _tokens = tokens;
        ForgottenMessages += said - messages.Count;
        _messages.Clear();
        _messages.AddRange(messages);
        return run;
    }

    private bool IsSpecial(int token) =>
        Context.Model.Vocabulary.IsEndOfGeneration(token) || Context.Model.Vocabulary.IsControl(token);

    private string Write(List<ChatMessage> messages, bool addGenerationPrompt = true) =>
        Format.Render(messages, addGenerationPrompt, Variables(), Options.Clock);

    private JsonObject? Variables()
    {
        if (!UsesTools)
        {
            return Options.TemplateVariables;
        }

        JsonObject variables = Options.TemplateVariables is null ? [] : (JsonObject)Options.TemplateVariables.DeepClone();
        variables["tools"] = new JsonArray([.. Options.Tools.Select(tool => tool.ToJson())]);
        return variables;
    }

    /// <summary>Removes the first turn after the system message, unless it is the one to be answered.</summary>
    private static bool DropOldestTurn(List<ChatMessage> messages)
    {
        int start = messages.FindIndex(message => message.Role != ChatRole.System);
        int next = start < 0 ? -1 : messages.FindIndex(start + 1, message => message.Role == ChatRole.User);
        if (next < 0)
        {
            return false;
        }

        messages.RemoveRange(start, next - start);
        return true;
    }

    /// <summary>Removes tokens after the system message from the list and the cache, and closes the gap in both.</summary>
    private void Shift(ConversationTokens tokens, int needed, int keep)
    {
        int count = Math.Max(needed, (tokens.Tokens.Length - keep) / 2);
        int cached = Context.Cache.GetCommonPrefix(tokens.Tokens, Options.Sequence);
        if (keep + count >= tokens.Tokens.Length)
        {
            return; // the message alone does not fit: starting the answer throws
        }

        if (keep + count <= cached && Context.Cache.CanShift)
        {
            Context.Cache.Remove(Options.Sequence, keep, keep + count);
            Context.Cache.Shift(Options.Sequence, keep + count, null, -count);
        }

        tokens.RemoveTokens(keep, count);
    }

    private int SystemTokens(List<ChatMessage> messages, ReadOnlySpan<int> tokens)
    {
        List<ChatMessage> system = [.. messages.TakeWhile(message => message.Role == ChatRole.System)];
        if (system.Count == 0)
        {
            return 1; // the begin-of-text token
        }

        // The common prefix of this conversation and one with only the system message.
        var alone = new ConversationTokens(Context.Model.Vocabulary);
        alone.MoveTo(Format.Render([.. system, ChatMessage.FromUser("")], addGenerationPrompt: false, Variables(), Options.Clock));
        return Math.Max(1, alone.Tokens.CommonPrefixLength(tokens));
    }
}
