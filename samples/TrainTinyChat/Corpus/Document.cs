using TrainTinyChat.Tokenizer;

namespace TrainTinyChat.Corpus;

/// <summary>A training text, in pieces with different loss weights.</summary>
internal sealed class Document
{
    private readonly List<(string Text, int? Mark, bool Learned)> _pieces = [];

    /// <summary>The text without its end token.</summary>
    public string Text => string.Concat(_pieces.Where(piece => piece.Mark != BytePairTokenizer.EndOfText).Select(piece => piece.Text));

    /// <summary>The pieces between special tokens, from which BPE merges are learned.</summary>
    public IEnumerable<string> PlainPieces => _pieces.Where(piece => piece.Mark is null).Select(piece => piece.Text);

    public static Document Of(Conversation conversation)
    {
        var document = new Document();
        if (conversation.System is not null)
        {
            document.AddTurn("system", conversation.System, learned: false);
        }

        foreach (Exchange exchange in conversation.Exchanges)
        {
            document.AddTurn("user", exchange.User, learned: false);
            document.AddTurn("assistant", exchange.Answer, learned: true);
        }

        document.AddMark(ChatMl.EndOfText, BytePairTokenizer.EndOfText, learned: true);
        return document;
    }

    public static Document Of(string text)
    {
        var document = new Document();
        document._pieces.Add((text, null, true));
        document.AddMark(ChatMl.EndOfText, BytePairTokenizer.EndOfText, learned: true);
        return document;
    }

    /// <summary>Appends tokens, and for each whether the model generates it.</summary>
    public void Encode(BytePairTokenizer tokenizer, List<int> tokens, List<bool> learned)
    {
        foreach ((string text, int? mark, bool counts) in _pieces)
        {
            if (mark is not null)
            {
                tokens.Add(mark.Value);
            }
            else
            {
                tokenizer.Encode(text, tokens);
            }

            while (learned.Count < tokens.Count)
            {
                learned.Add(counts);
            }
        }
    }

    private void AddTurn(string role, string text, bool learned)
    {
        AddMark(ChatMl.Start, BytePairTokenizer.TurnStart, learned: false);
        _pieces.Add((role + "\n", null, false));
        _pieces.Add((text, null, learned));
        AddMark(ChatMl.End, BytePairTokenizer.TurnEnd, learned);
        _pieces.Add(("\n", null, false));
    }

    private void AddMark(string text, int token, bool learned) => _pieces.Add((text, token, learned));
}
