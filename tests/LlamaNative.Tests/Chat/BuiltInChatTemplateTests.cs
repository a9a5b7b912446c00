using LlamaNative.Chat;
using LlamaNative.Models;

namespace LlamaNative.Tests.Chat;

/// <summary>Renderings as llama.cpp's own test expects them (tests/test-chat-template.cpp), of its conversation.</summary>
public sealed class BuiltInChatTemplateTests
{
    private static readonly ChatMessage[] Conversation =
    [
        ChatMessage.System("You are a helpful assistant"), ChatMessage.User("Hello"), ChatMessage.Assistant("Hi there"), ChatMessage.User("Who are you"),
        ChatMessage.Assistant("   I am an assistant   "), ChatMessage.User("Another question"),
    ];

    [Theory]
    [InlineData("llama3", "<|start_header_id|>system<|end_header_id|>\n\nYou are a helpful assistant<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHi there<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWho are you<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nI am an assistant<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nAnother question<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData("gemma", "<start_of_turn>user\nYou are a helpful assistant\n\nHello<end_of_turn>\n<start_of_turn>model\nHi there<end_of_turn>\n<start_of_turn>user\nWho are you<end_of_turn>\n<start_of_turn>model\nI am an assistant<end_of_turn>\n<start_of_turn>user\nAnother question<end_of_turn>\n<start_of_turn>model\n")]
    public void Named_templates_render_as_llama_cpp_does(string name, string expected) =>
        Assert.Equal(expected, BuiltInChatTemplate.FromName(name).Render(Conversation));

    // The template strings are those of the same test, in the parts that llama.cpp recognises them by.
    [Theory]
    [InlineData("llama3", "<|eot_id|>", "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}")]
    [InlineData("gemma", "<end_of_turn>", "{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}")]
    [InlineData("chatml", "<|im_end|>", "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' }}")]
    public void A_models_own_template_is_recognised(string name, string endOfTurn, string jinja)
    {
        BuiltInChatTemplate? template = BuiltInChatTemplate.Detect(jinja);
        Assert.Equal((name, endOfTurn), (template?.Name, template?.EndOfTurn));
        Assert.Equal(BuiltInChatTemplate.FromName(name).Render(Conversation), template!.Render(Conversation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{{ messages }}")]
    [InlineData("chatm")]
    [InlineData("\ud800")]
    public void An_unknown_template_is_not_recognised(string jinja) => Assert.Null(BuiltInChatTemplate.Detect(jinja));

    [Fact]
    public void An_unknown_name_is_told_the_known_ones()
    {
        var error = Assert.Throws<ArgumentException>(() => BuiltInChatTemplate.FromName("chatnl"));
        Assert.Contains("chatml, ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_template_of_the_list_takes_any_conversation()
    {
        ChatMessage[] odd = [ChatMessage.Assistant(""), new("nobody", new string('x', 100_000)), ChatMessage.System("Grüße, 你好 🦙 \ud800")];
        IReadOnlyList<string> names = BuiltInChatTemplate.GetNames();
        Assert.Contains("llama4", names);
        foreach (string name in names)
        {
            BuiltInChatTemplate template = BuiltInChatTemplate.FromName(name);
            template.Render([]);
            template.Render(odd, addGenerationPrompt: false);
        }
    }

    [Fact]
    public void ChatML_writes_the_contents_in_full_and_unchanged()
    {
        string text = string.Concat(Enumerable.Repeat("Grüße, 你好 🦙\n", 5000));
        Assert.Equal($"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n", BuiltInChatTemplate.FromName("chatml").Render([ChatMessage.User(text)]));
    }

    [Fact]
    public void A_zero_that_would_cut_a_message_short_is_refused() =>
        Assert.Throws<ArgumentException>(() => BuiltInChatTemplate.FromName("chatml").Render([ChatMessage.User("a\0b")]));

    [SharedFact("models/stories260K.gguf")]
    public void A_model_without_a_template_gets_ChatML()
    {
        using var model = LlamaModel.Load(SharedFiles.PathOf("models/stories260K.gguf"), new ModelOptions { VocabularyOnly = true });
        BuiltInChatTemplate template = BuiltInChatTemplate.ForModel(model);
        Assert.Equal("chatml", template.Name);
        Assert.Contains("no chat template", template.Origin, StringComparison.Ordinal);
    }
}
