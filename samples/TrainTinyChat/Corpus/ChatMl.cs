using System.Text;

namespace TrainTinyChat.Corpus;

/// <summary>ChatML: every turn is enclosed in two special tokens and starts with its role. Matches the model's chat template.</summary>
internal static class ChatMl
{
    public const string Start = "<|im_start|>";
    public const string End = "<|im_end|>";
    public const string EndOfText = "<|endoftext|>";

    /// <summary>The Jinja template for the model's metadata.</summary>
    public const string Template =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% "
        + "endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    public static string Turn(string role, string text) => $"{Start}{role}\n{text}{End}\n";

    /// <summary>The conversation up to the start of the last answer.</summary>
    public static string Prompt(Conversation conversation)
    {
        var text = new StringBuilder();
        if (conversation.System is not null)
        {
            text.Append(Turn("system", conversation.System));
        }

        foreach (Exchange exchange in conversation.Exchanges)
        {
            text.Append(Turn("user", exchange.User));
            if (!ReferenceEquals(exchange, conversation.Last))
            {
                text.Append(Turn("assistant", exchange.Answer));
            }
        }

        return text.Append(Start).Append("assistant\n").ToString();
    }
}
