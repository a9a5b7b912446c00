using LlamaNative.Generation;
using LlamaNative.Grammars;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Chat;

/// <summary>Adds the tool-call grammar to the options of an answer.</summary>
internal static class ToolGeneration
{
    public static GenerationOptions Constrain(
        GenerationOptions options, IReadOnlyList<ToolDefinition> tools, ToolChoice choice, ToolSyntax syntax)
    {
        GbnfGrammar grammar = ToolGrammarRules.For(syntax, tools);
        string? wholeAnswer = choice == ToolChoice.Required ? ToolGrammarRules.WholeMessage
            : syntax.Address is not null ? ToolGrammarRules.AddressedMessage
            : null;
        SamplingOptions sampling = options.Sampling;
        return wholeAnswer is not null
            ? options with { Sampling = sampling with { Grammar = grammar.Text, GrammarRoot = wholeAnswer } }
            : options with
            {
                Sampler = vocabulary => CreateTriggered(vocabulary, options, grammar, syntax),
                Sampling = sampling with { Grammar = null },
            };
    }

    private static TriggeredSampler CreateTriggered(
        Vocabulary vocabulary, GenerationOptions options, GbnfGrammar grammar, ToolSyntax syntax)
    {
        SamplingOptions sampling = options.Sampling;
        GrammarSampler? free = null;
        GrammarSampler? tools = null;
        try
        {
            free = sampling.Grammar is { } gbnf ? GrammarSampler.Create(vocabulary, gbnf, sampling.GrammarRoot) : null;
            tools = GrammarSampler.Create(vocabulary, grammar.Text, grammar.Root);
            ITokenSampler sampler = GenerationSteps.CreateSampler(vocabulary, options with { Sampling = sampling with { Grammar = null } });
            return new TriggeredSampler(vocabulary, sampler, free, tools, syntax);
        }
        catch
        {
            free?.Dispose();
            tools?.Dispose();
            throw;
        }
    }
}
