using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LlamaNative.Grammars.Automata;
using LlamaNative.Grammars.Gbnf;
using LlamaNative.Grammars.Schemas;

namespace LlamaNative.Grammars;

/// <summary>
/// Creates grammars for the JSON values that a JSON Schema allows (drafts 4 to 2020-12, as far as a grammar can express them).
/// </summary>
/// <remarks>
/// <para>Every sentence of the grammar satisfies the schema, but not every valid value is a sentence: properties have one fixed
/// order; undeclared properties appear only if additionalProperties asks for them or no properties are declared; all positional
/// items are present; whitespace is limited; and numbers without bounds have at most as many digits as .NET's largest
/// types.</para>
/// <para>Unsupported keywords that restrict values are rejected, or ignored if <see cref="JsonSchemaOptions.OnWidened"/> is set: if,
/// patternProperties, contains, uniqueItems, dependentRequired and similar keywords; not and propertyNames, unless they allow everything or
/// nothing; multipleOf other than whole numbers up to 1000 and 0.1, 0.01 and so on; and oneOf with alternatives that may overlap.
/// References to other documents are always rejected. Null as a keyword's value is as if it were absent. As the specification
/// defines, annotations, unknown keywords and formats other than date, time, date-time, uuid, ipv4 and ipv6 do not restrict
/// values.</para>
/// </remarks>
public static class JsonSchemaGrammar
{
    /// <summary>Creates the grammar of a schema given as JSON text of at most 1,048,576 characters.</summary>
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
    /// <exception cref="JsonSchemaException">The schema is invalid, unsupported or too large, or no value satisfies
    /// it.</exception>
    public static GbnfGrammar FromSchema(JsonElement schema, JsonSchemaOptions? options = null)
    {
        if (schema.ValueKind == JsonValueKind.Undefined)
        {
            throw new ArgumentException("The element is uninitialized: it belongs to no JsonDocument.", nameof(schema));
        }

        options ??= new JsonSchemaOptions();
        options.Validate();
        SchemaText.Check(schema);
        try
        {
            var grammar = GbnfGrammar.Parse(new SchemaGrammarWriter(new SchemaDocument(schema, options.OnWidened), options).Write());
            return GbnfProductivity.FindEndless(grammar.Rules) is string endless
                ? throw new JsonSchemaException("", $"every value that satisfies it is infinite; see the rule '{endless}' of its grammar.")
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
    /// Creates the grammar of the strings that a schema allows as plain text, without quotes and escapes, as some models write the
    /// arguments of tools between tags.
    /// </summary>
    /// <param name="schema">The schema; values of other types are left out.</param>
    /// <param name="without">The text that ends a string, such as a closing tag, and is not part of any.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <exception cref="JsonSchemaException">The schema is invalid, unsupported or too large, or no string satisfies it.</exception>
    public static GbnfGrammar TextFromSchema(JsonElement schema, string without, JsonSchemaOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(without);
        options ??= new JsonSchemaOptions();
        options.Validate();
        SchemaText.Check(schema);
        try
        {
            return GbnfGrammar.Parse(new TextGrammarWriter(new SchemaDocument(schema, options.OnWidened), without).Write());
        }
        catch (GbnfException error)
        {
            throw new JsonSchemaException("", $"its grammar is too large or too ambiguous for llama.cpp: {error.Message}", error);
        }
    }

    /// <summary>
    /// Creates the grammar of the JSON that System.Text.Json writes for a .NET type, with properties in the same order, so that
    /// output can be deserialized. A <see cref="JsonTypeInfo"/> from a source-generated context needs no reflection.
    /// </summary>
    /// <remarks>
    /// Integers are limited to their type's range; dates, times, bytes and enum names have the serializer's format. References
    /// without a nullable annotation, and the value itself, are never null.
    /// </remarks>
    /// <exception cref="JsonSchemaException">System.Text.Json exports no schema for the type, or an unsupported
    /// one.</exception>
    public static GbnfGrammar FromType(JsonTypeInfo typeInfo, JsonSchemaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return FromSchema(TypeSchema.Export(typeInfo), options ?? new JsonSchemaOptions { PropertyOrder = JsonPropertyOrder.Declared });
    }

    /// <summary>Creates the grammar of the JSON that these serializer options write for <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">The options' resolver has no contract for the type.</exception>
    /// <exception cref="JsonSchemaException">System.Text.Json exports no schema for the type, or an unsupported
    /// one.</exception>
    public static GbnfGrammar FromType<T>(JsonSerializerOptions serializerOptions, JsonSchemaOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(serializerOptions);
        return FromType(serializerOptions.GetTypeInfo(typeof(T)), options);
    }
}
