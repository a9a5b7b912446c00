using LlamaNative;

namespace DesktopChat.Conversations;

/// <summary>A conversation as it is kept on disk and shown.</summary>
/// <param name="Id">Its name on disk: 32 hexadecimal digits.</param>
/// <param name="Title">What the list shows.</param>
/// <param name="Updated">When something was last said.</param>
/// <param name="Messages">What was said, oldest first; the system prompt is a setting and no message.</param>
internal sealed record Conversation(string Id, string Title, DateTimeOffset Updated, IReadOnlyList<Message> Messages)
{
    public const int MaxTitleLength = 120;
    public const int MaxMessageLength = 200_000;
    private const int MaxGivenTitleLength = 48;

    /// <summary>What a conversation is called until its first message or its user says otherwise.</summary>
    public const string Untitled = "New conversation";

    /// <summary>A title from the first words of a message.</summary>
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

    /// <summary>Whether what was read from a file can be worked with.</summary>
    public bool IsSound() => Messages.All(message => message is { Role: ChatRole.User or ChatRole.Assistant });

    public ConversationSummary Summary() => new(Id, Title, Updated, Messages.Count);
}

/// <summary>What the list shows of a conversation.</summary>
internal sealed record ConversationSummary(string Id, string Title, DateTimeOffset Updated, int MessageCount);

/// <summary>A message.</summary>
/// <param name="Id">Names it, so that an edit from a window that shows an older state cannot hit another one.</param>
/// <param name="Role">Who speaks; see <see cref="ChatRole"/>.</param>
/// <param name="Text">What was said.</param>
internal sealed record Message(string Id, string Role, string Text)
{
    /// <summary>What it took, for an answer.</summary>
    public AnswerStatistics? Statistics { get; init; }

    public static Message FromUser(string text) => new(NewId(), ChatRole.User, text);

    public static Message FromAssistant(string text, AnswerStatistics? statistics) =>
        new(NewId(), ChatRole.Assistant, text) { Statistics = statistics };

    private static string NewId() => Guid.NewGuid().ToString("N");
}

/// <summary>What an answer took.</summary>
/// <param name="Tokens">Tokens made.</param>
/// <param name="TokensPerSecond">Their speed, from the first on.</param>
/// <param name="PromptTokens">Tokens of the conversation before it.</param>
/// <param name="CachedTokens">How many of these needed no evaluation.</param>
/// <param name="Seconds">From the question to the end.</param>
/// <param name="Ended">Why it ended: LlamaNative's stop reason.</param>
internal sealed record AnswerStatistics(int Tokens, double TokensPerSecond, int PromptTokens, int CachedTokens,
    double Seconds, string Ended);
