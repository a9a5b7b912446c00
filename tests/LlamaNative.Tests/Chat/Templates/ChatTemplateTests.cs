using System.Text.Json.Nodes;
using LlamaNative.Chat.Templates;
using LlamaNative.Templates;

namespace LlamaNative.Tests.Chat.Templates;

/// <summary>The template engine through the API of this library.</summary>
public class ChatTemplateTests
{
    [Fact]
    public void An_error_while_rendering_is_one_of_the_library_with_its_place_and_cause()
    {
        ChatTemplate template = ChatTemplate.Parse("a\n{{ x.y.z }}");
        ChatTemplateException error = Assert.Throws<ChatTemplateException>(
            () => template.Render(new JsonObject { ["x"] = new JsonObject() }));
        Assert.IsAssignableFrom<LlamaException>(error);
        Assert.Equal((2, 8), (error.Line, error.Column));
        Assert.Equal("Chat template, line 2, column 8: 'dict object' has no attribute 'y'", error.Message);
        Assert.Equal(error.Reason, Assert.IsType<TemplateException>(error.InnerException).Reason);
    }

    [Fact]
    public void A_template_that_does_not_parse_is_an_error_of_the_library() =>
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("{% if %}"));

    [Fact]
    public void A_refusal_speaks_with_the_templates_words()
    {
        ChatTemplate template = ChatTemplate.Parse("{{ raise_exception('Roles must alternate!') }}");
        ChatTemplateException error = Assert.Throws<ChatTemplateException>(() => template.Render(new JsonObject()));
        Assert.Equal("Roles must alternate!", error.Message);
        Assert.True(error.RaisedByTemplate);
    }
}
