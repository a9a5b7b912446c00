using System.Text;
using LlamaNative.Interop;

namespace LlamaNative.Models;

/// <summary>
/// llama.cpp's fixed list of chat templates. It runs no Jinja: a template is taken by its name in the list, or known by
/// phrases typical of one (<c>llm_chat_detect_template</c> in llama-chat.cpp).
/// </summary>
internal static unsafe class BuiltInTemplates
{
    /// <summary>The names in the list.</summary>
    public static string[] GetNames()
    {
        LlamaRuntime.Load();
        int count = LlamaChat.llama_chat_builtin_templates(null, 0);
        byte*[] names = new byte*[count];
        fixed (byte** pointer = names)
        {
            _ = LlamaChat.llama_chat_builtin_templates(pointer, (nuint)count);
        }

        // The names are constants of the library, which is never unloaded.
        return [.. Enumerable.Range(0, count).Select(i => Utf8.Read(names[i])!)];
    }

    /// <summary>Renders a conversation; null when the list has no such template.</summary>
    /// <param name="template">A name in the list, or a Jinja template.</param>
    /// <param name="messages">The conversation, in order.</param>
    /// <param name="addGenerationPrompt">Ends with what begins an answer.</param>
    /// <exception cref="ArgumentException">A text contains a zero, where the native side would cut it.</exception>
    public static string? Render(string template, IReadOnlyList<(string Role, string Content)> messages, bool addGenerationPrompt)
    {
        LlamaRuntime.Load();
        byte[] name = Encode(template);
        byte[][] texts = [.. messages.SelectMany(message => new[] { Encode(message.Role), Encode(message.Content) })];
        byte[] buffer = new byte[512 + (texts.Sum(text => text.Length) * 2)];
        int length = Render(name, texts, addGenerationPrompt, buffer);
        if (length > buffer.Length)
        {
            buffer = new byte[length];
            length = Render(name, texts, addGenerationPrompt, buffer);
        }

        return length < 0 ? null : Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static int Render(byte[] template, byte[][] texts, bool addGenerationPrompt, byte[] buffer)
    {
        // One block for all texts, so that there is one thing to pin and not one for each message.
        byte[] block = [.. texts.SelectMany(text => text)];
        var messages = new llama_chat_message[texts.Length / 2];
        fixed (byte* templatePointer = template, blockPointer = block, bufferPointer = buffer)
        fixed (llama_chat_message* messagesPointer = messages)
        {
            byte* next = blockPointer;
            for (int i = 0; i < messages.Length; i++)
            {
                messages[i].role = next;
                next += texts[2 * i].Length;
                messages[i].content = next;
                next += texts[(2 * i) + 1].Length;
            }

            return LlamaChat.llama_chat_apply_template(
                templatePointer, messagesPointer, (nuint)messages.Length, addGenerationPrompt, bufferPointer, buffer.Length);
        }
    }

    private static byte[] Encode(string text) => text.Contains('\0')
        ? throw new ArgumentException("A chat message or template contains a zero character.")
        : [.. Encoding.UTF8.GetBytes(text), 0];
}
