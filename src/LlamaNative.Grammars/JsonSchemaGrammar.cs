using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LlamaNative.Grammars.Automata;
using LlamaNative.Grammars.Gbnf;
using LlamaNative.Grammars.Schemas;

namespace LlamaNative.Grammars;

/// <summary>
/// Makes grammars whose sentences are the JSON values a JSON Schema allows (drafts 4 to 2020-12, the parts a grammar
/// can express).
/// </summary>
/// <remarks>
/// <para>Every sentence satisfies the schema. Not every value that satisfies it is a sentence: properties come in one
/// order, undeclared properties only where additionalProperties asks for them or none are declared, positional items
/// all, white space only a little, and numbers without bounds have at most as many digits as .NET's largest types.</para>
/// <para>A keyword that restricts values and is not supported is refused, never dropped: not, if, patternProperties,
/// propertyNames, contains, uniqueItems, dependentRequired and its kin, multipleOf other than 1, 0.1, 0.01 and so on,
/// references out of the document, and oneOf whose alternatives may overlap. Annotations and unknown keywords, formats
/// other than date, time, date-time, uuid, ipv4 and ipv6 among them, restrict nothing by the specification.</para>
/// </remarks>
public static class JsonSchemaGrammar
{
    /// <summary>Makes the grammar of a schema given as JSON text of at most 1,048,576 characters.</summary>
    /// <exception cref="JsonSchemaException">
    /// The text is not JSON, the schema is invalid, unsupported or too large, or no value satisfies it.
    /// </exception>
    public static GbnfGrammar FromSchema(string json, JsonSchemaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = SchemaText.Parse(json);
        return FromSchema(document.RootElement, options);
    }

    /// <summary>Makes the grammar of a schema.</summary>
    /// <exception cref="JsonSchemaException">The schema is invalid, unsupported or too large, or no value satisfies it.</exception>
    public static GbnfGrammar FromSchema(JsonElement schema, JsonSchemaOptions? options = null)
    {
        if (schema.ValueKind == JsonValueKind.Undefined)
        {
            throw new ArgumentException("The element belongs to no document.", nameof(schema));
        }

        options ??= new JsonSchemaOptions();
        options.Validate();
        SchemaText.Check(schema);
        try
        {
            var grammar = GbnfGrammar.Parse(new SchemaGrammarWriter(new SchemaDocument(schema), options).Write());
            return GbnfProductivity.FindEndless(grammar.Rules) is string endless
                ? throw new JsonSchemaException("", $"a value of it would never end; see the rule '{endless}' of its grammar.")
                : grammar;
        }
        catch (PatternException error)
        {
            throw new JsonSchemaException("", $"its strings cannot be generated: {error.Message}.", error);
        }
        catch (GbnfException error)
        {
            throw new JsonSchemaException("", $"its grammar is too large or too ambiguous for llama.cpp: {error.Message}", error);
        }
    }

    /// <summary>
    /// Makes the grammar of what System.Text.Json writes for a .NET type, properties in its order, so that a sentence can
    /// be deserialized. A <see cref="JsonTypeInfo"/> from a source-generated context keeps this free of reflection.
    /// </summary>
    /// <remarks>
    /// Integers keep their type's range, and dates, times, bytes and enum names the form the serializer gives them.
    /// References without a nullable annotation, and the value itself, are never null.
    /// </remarks>
    /// <exception cref="JsonSchemaException">System.Text.Json exports no schema for the type, or one that is not supported.</exception>
    public static GbnfGrammar FromType(JsonTypeInfo typeInfo, JsonSchemaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return FromSchema(TypeSchema.Export(typeInfo), options ?? new JsonSchemaOptions { PropertyOrder = JsonPropertyOrder.Declared });
    }

    /// <summary>Makes the grammar of what these serializer options write for <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">The options' resolver knows nothing of the type.</exception>
    /// <exception cref="JsonSchemaException">System.Text.Json exports no schema for the type, or one that is not supported.</exception>
    public static GbnfGrammar FromType<T>(JsonSerializerOptions serializerOptions, JsonSchemaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(serializerOptions);
        return FromType(serializerOptions.GetTypeInfo(typeof(T)), options);
    }
}
