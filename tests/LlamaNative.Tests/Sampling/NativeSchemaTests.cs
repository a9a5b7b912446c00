using System.Text.Json;
using LlamaNative.Grammars;
using LlamaNative.Grammars.Tests;
using LlamaNative.Interop;
using LlamaNative.Models;
using LlamaNative.Sampling;

namespace LlamaNative.Tests.Sampling;

/// <summary>Schemas through our grammar and llama.cpp's own sampler, token by token, as a model would write them.</summary>
public sealed class NativeSchemaTests
{
    private const string GoldenFile = "golden/json_schema_cases.json";
    private const string VocabularyFile = "vocabs/ggml-vocab-llama-bpe.gguf";

    [RequiresFact(Need.Shared)]
    public void Llama_cpps_sampler_takes_what_the_schemas_take_and_refuses_what_they_refuse()
    {
        using LlamaModel model = LlamaModel.Load(Repository.SharedPathOf(VocabularyFile), new ModelOptions { VocabularyOnly = true });
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Repository.SharedPathOf(GoldenFile)));
        var wrong = new List<string>();
        int strings = 0;
        foreach (JsonElement schema in golden.RootElement.EnumerateArray())
        {
            if (schema.GetProperty("conversion").GetString() != "ok")
            {
                Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema.GetProperty("schema")));
                continue;
            }

            GbnfGrammar grammar = JsonSchemaGrammar.FromSchema(schema.GetProperty("schema"));
            foreach ((string list, bool expected) in new[] { ("accept", true), ("accept_spaced", true), ("reject", false) })
            {
                if (!schema.TryGetProperty(list, out JsonElement texts))
                {
                    continue;
                }

                foreach (JsonElement text in texts.EnumerateArray())
                {
                    strings++;
                    if (Accepts(model.Vocabulary, grammar, text.GetString()!) != expected)
                    {
                        wrong.Add($"{schema.GetProperty("id")} {list}: {text}");
                    }
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(strings > 2000, $"only {strings} strings were tried");
    }

    [RequiresFact(Need.Shared)]
    public void Llama_cpps_sampler_agrees_with_a_validator_about_common_schemas()
    {
        using LlamaModel model = LlamaModel.Load(Repository.SharedPathOf(VocabularyFile), new ModelOptions { VocabularyOnly = true });
        var wrong = new List<string>();
        foreach ((string schema, string[] accepted, string[] refused) in SchemaTable.Rows)
        {
            GbnfGrammar grammar = JsonSchemaGrammar.FromSchema(schema);
            wrong.AddRange(accepted.Where(text => !Accepts(model.Vocabulary, grammar, text)).Select(text => $"{schema} refuses {text}"));
            wrong.AddRange(refused.Where(text => Accepts(model.Vocabulary, grammar, text)).Select(text => $"{schema} accepts {text}"));
        }

        Assert.Empty(wrong);
    }

    private static unsafe bool Accepts(Vocabulary vocabulary, GbnfGrammar grammar, string text)
    {
        llama_sampler* native = LlamaSamplers.llama_sampler_init_grammar(vocabulary.Handle, grammar.Text, grammar.Root);
        Assert.True(native is not null, grammar.Text);
        using var sampler = new GrammarSampler(new SamplerHandle(native, vocabulary.Handle));
        foreach (int token in vocabulary.Tokenize(text, addSpecial: false))
        {
            if (!sampler.Allows(token))
            {
                return false;
            }

            sampler.Accept(token);
        }

        return sampler.Allows(vocabulary.Eos!.Value);
    }
}
