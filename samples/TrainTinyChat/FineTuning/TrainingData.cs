using System.Text.Json;
using LlamaNative;
using LlamaNative.Models;
using TrainTinyChat.Training;

namespace TrainTinyChat.FineTuning;

/// <summary>Converts a user's text to tokenized documents.</summary>
internal static class TrainingData
{
    /// <summary>
    /// Reads chats from .jsonl, one per line: {"messages": [{"role": …, "content": …}, …]}. Any other file is read as plain text.
    /// </summary>
    /// <exception cref="InvalidDataException">The file has too little text, or a line that is not a chat.</exception>
    public static IReadOnlyList<TokenizedDocument> Read(string path, LlamaModel model, int windowLength)
    {
        bool chats = Path.GetExtension(path).Equals(".jsonl", StringComparison.OrdinalIgnoreCase);
        List<TokenizedDocument> documents = chats
            ? Chats(path, model, windowLength)
            : Windows(model.Vocabulary.Tokenize(File.ReadAllText(path)), windowLength);
        return documents.Count >= 2
            ? documents
            : throw new InvalidDataException(
                $"'{path}' gives {documents.Count} documents of at most {windowLength} tokens; at least 2 are needed, one to train on and "
                + $"one to hold out.");
    }

    /// <summary>Splits a long text into pieces of the window's length; all tokens contribute to the loss.</summary>
    private static List<TokenizedDocument> Windows(int[] tokens, int length) =>
        [.. tokens.Chunk(length).Where(window => window.Length > 1)
            .Select(window => new TokenizedDocument(window, [.. window.Select(_ => true)]))];

    private static List<TokenizedDocument> Chats(string path, LlamaModel model, int windowLength)
    {
        ChatFormat format = ChatFormat.FromModel(model);
        var documents = new List<TokenizedDocument>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            TokenizedDocument document = Encode(ReadMessages(line, $"'{path}' line {number}"), format,
                model.Vocabulary, $"'{path}' line {number}");
            if (document.Tokens.Length <= windowLength)
            {
                documents.Add(document);
            }
        }

        return documents;
    }

    /// <summary>The model's template renders the chat; the part that it adds for an answer is learned.</summary>
    private static TokenizedDocument Encode(List<ChatMessage> messages, ChatFormat format, Vocabulary vocabulary, string where)
    {
        var tokens = new List<int>();
        var learned = new List<bool>();
        string written = "";
        void Append(string text, bool answer)
        {
            if (!text.StartsWith(written, StringComparison.Ordinal))
            {
                throw new InvalidDataException(
                    $"{where}: the model's chat template changes earlier turns, so questions and answers cannot be separated.");
            }

            tokens.AddRange(vocabulary.Tokenize(text[written.Length..], addSpecial: tokens.Count == 0, parseSpecial: true));
            while (learned.Count < tokens.Count)
            {
                learned.Add(answer);
            }

            written = text;
        }

        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role == ChatRole.Assistant)
            {
                Append(format.Render([.. messages.Take(i)], addGenerationPrompt: true), answer: false);
                Append(format.Render([.. messages.Take(i + 1)], addGenerationPrompt: false), answer: true);
            }
        }

        return learned.Contains(true)
            ? new TokenizedDocument([.. tokens], [.. learned])
            : throw new InvalidDataException($"{where} has no message with the role assistant.");
    }

    private static List<ChatMessage> ReadMessages(string line, string where)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return [.. json.RootElement.GetProperty("messages").EnumerateArray().Select(message =>
                new ChatMessage(message.GetProperty("role").GetString() ?? "", message.GetProperty("content").GetString() ?? ""))];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"{where} is not a chat, {{\"messages\": [{{\"role\": …, \"content\": …}}, …]}}: {error.Message}",
                error);
        }
    }
}
