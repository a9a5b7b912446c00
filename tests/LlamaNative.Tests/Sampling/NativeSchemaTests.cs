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
    [RequiresFact(Need.GrammarEscape)]
    public void Llama_cpps_sampler_takes_what_the_schemas_take_and_refuses_what_they_refuse()
    {
        using LlamaModel model = BytePair();
        var wrong = new List<string>();
        int strings = 0;
        foreach (JsonElement schema in GoldenFile.Read("schemas.json").EnumerateArray())
        {
            if (schema.TryGetProperty("error", out _))
            {
                Assert.Throws<JsonSchemaException>(() => JsonSchemaGrammar.FromSchema(schema.GetProperty("schema")));
                continue;
            }

            GbnfGrammar grammar = JsonSchemaGrammar.FromSchema(schema.GetProperty("schema"));
            foreach ((string list, bool expected) in new[] { ("accept", true), ("reject", false) })
            {
                foreach (JsonElement text in schema.GetProperty(list).EnumerateArray())
                {
                    strings++;
                    if (Accepts(model.Vocabulary, grammar, text.GetString()!) != expected)
                    {
                        wrong.Add($"{schema.GetProperty("name")} {list}: {text}");
                    }
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(strings > 2000, $"only {strings} strings were tried");
    }

    [RequiresFact(Need.GrammarEscape)]
    public void Llama_cpps_sampler_agrees_with_a_validator_about_common_schemas()
    {
        using LlamaModel model = BytePair();
        var wrong = new List<string>();
        foreach ((string schema, string[] accepted, string[] refused) in SchemaTable.Rows)
        {
            GbnfGrammar grammar = JsonSchemaGrammar.FromSchema(schema);
            wrong.AddRange(accepted.Where(text => !Accepts(model.Vocabulary, grammar, text)).Select(text => $"{schema} refuses {text}"));
            wrong.AddRange(refused.Where(text => Accepts(model.Vocabulary, grammar, text)).Select(text => $"{schema} accepts {text}"));
        }

        Assert.Empty(wrong);
    }

    private static LlamaModel BytePair()
    {
        using var file = new TinyModel(new TinyModelOptions { Vocabulary = TinyVocabulary.BytePair("llama3"), WithTensors = false });
        return file.Load(new ModelOptions { VocabularyOnly = true, LoadMode = ModelLoadMode.Read });
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
