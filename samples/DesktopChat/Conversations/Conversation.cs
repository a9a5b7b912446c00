using LlamaNative;

namespace DesktopChat.Conversations;

/// <summary>A conversation as stored on disk and shown.</summary>
/// <param name="Id">Its file name without extension: 32 hexadecimal digits.</param>
/// <param name="Title">The title shown in the list.</param>
/// <param name="Updated">The time of the last message.</param>
/// <param name="Messages">The messages, oldest first, without the system prompt, which is a setting.</param>
internal sealed record Conversation(string Id, string Title, DateTimeOffset Updated, IReadOnlyList<Message> Messages)
{
    public const int MaxTitleLength = 120;
    public const int MaxMessageLength = 200_000;
    private const int MaxGivenTitleLength = 48;

    /// <summary>The title of a conversation before its first message.</summary>
    public const string Untitled = "New conversation";

    /// <summary>Makes a title from the first words of a message.</summary>
    public static string TitleOf(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(24));
        if (line.Length <= MaxGivenTitleLength)
        {
            return line;
        }

        int end = line.LastIndexOf(' ', MaxGivenTitleLength);
        end = end < MaxGivenTitleLength / 2 ? MaxGivenTitleLength : end;
        return line[..(char.IsHighSurrogate(line[end - 1]) ? end - 1 : end)] + "…";
    }

    /// <exception cref="ApiException">There is no such message.</exception>
    public int IndexOf(string messageId)
    {
        for (int i = 0; i < Messages.Count; i++)
        {
            if (Messages[i].Id == messageId)
            {
                return i;
            }
        }

        throw ApiException.NotFound("This message is no longer part of the conversation.");
    }

    /// <summary>Whether a conversation read from a file is valid.</summary>
    public bool IsSound() => Messages.All(message => message is { Role: ChatRole.User or ChatRole.Assistant });

    public ConversationSummary Summary() => new(Id, Title, Updated, Messages.Count);
}

/// <summary>A conversation's entry in the list.</summary>
internal sealed record ConversationSummary(string Id, string Title, DateTimeOffset Updated, int MessageCount);

/// <summary>A message.</summary>
/// <param name="Id">Identifies it, so that an edit from a window with an outdated view cannot change another message.</param>
/// <param name="Role">The role of the author; see <see cref="ChatRole"/>.</param>
/// <param name="Text">The text.</param>
internal sealed record Message(string Id, string Role, string Text)
{
    /// <summary>Statistics, for an answer.</summary>
    public AnswerStatistics? Statistics { get; init; }

    public static Message FromUser(string text) => new(NewId(), ChatRole.User, text);

    public static Message FromAssistant(string text, AnswerStatistics? statistics) =>
        new(NewId(), ChatRole.Assistant, text) { Statistics = statistics };

    private static string NewId() => Guid.NewGuid().ToString("N");
}

/// <summary>Statistics of an answer.</summary>
/// <param name="Tokens">Generated tokens.</param>
/// <param name="TokensPerSecond">Their speed, measured from the first token.</param>
/// <param name="PromptTokens">Tokens of the conversation before it.</param>
/// <param name="CachedTokens">Those of them that were taken from the cache.</param>
/// <param name="Seconds">The time from the question to the end of the answer.</param>
/// <param name="Ended">LlamaNative's stop reason.</param>
internal sealed record AnswerStatistics(int Tokens, double TokensPerSecond, int PromptTokens, int CachedTokens,
    double Seconds, string Ended);
