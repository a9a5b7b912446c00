using LlamaNative.Models;
using LlamaNative.Sampling;
using LlamaNative.Sampling.Grammars;

namespace LlamaNative.Chat;

/// <summary>Begins an answer in which tool calls are held to the grammar of the tools.</summary>
internal static class ToolGeneration
{
    public static GenerationRun Start(
        TextGenerator generator, ChatSessionOptions chat, ToolSyntax syntax, ReadOnlySpan<int> prompt, GenerationOptions options, CancellationToken stop)
    {
        GbnfGrammar grammar = ToolGrammarRules.For(syntax, chat.Tools);
        if (chat.ToolChoice == ToolChoice.Required)
        {
            SamplingOptions held = options.Sampling with { Grammar = grammar.Text, GrammarRoot = ToolGrammarRules.WholeMessage };
            return generator.Start(prompt, options with { Sampling = held }, stop);
        }

        if (syntax.Address is not null)
        {
            SamplingOptions addressed = options.Sampling with { Grammar = grammar.Text, GrammarRoot = ToolGrammarRules.AddressedMessage };
            return generator.Start(prompt, options with { Sampling = addressed }, stop);
        }

        Vocabulary vocabulary = generator.Context.Model.Vocabulary;
        SamplerChain constrained = SamplerChain.Create(vocabulary, options.Sampling with { Grammar = grammar.Text });
        return generator.Start(
            prompt, options, pipeline => pipeline with { Sampler = new TriggeredSampler(vocabulary, pipeline.Sampler, constrained, syntax) }, constrained, stop);
    }
}
