using System.Text.Json;

namespace LlamaNative.Tests.Interop;

/// <summary>The C compiler's report on llama.cpp's structs, enums and macros: native/abi/layout.json.</summary>
internal sealed record AbiReport(
    string Release,
    IReadOnlyDictionary<string, AbiStruct> Structs,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Enums,
    IReadOnlyDictionary<string, long> Constants)
{
    public static string FilePath { get; } = Repository.PathOf("native", "abi", "layout.json");

    public static AbiReport Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(FilePath));
        JsonElement root = document.RootElement;
        return new AbiReport(
            root.GetProperty("llama.cpp").GetString()!,
            Map(root.GetProperty("structs"), ReadStruct),
            Map(root.GetProperty("enums"), IReadOnlyDictionary<string, long> (values) => Map(values, value => value.GetInt64())),
            Map(root.GetProperty("constants"), value => value.GetInt64()));
    }

    private static AbiStruct ReadStruct(JsonElement element) => new(
        element.GetProperty("size").GetInt32(),
        Map(element.GetProperty("fields"),
            field => new AbiField(field.GetProperty("offset").GetInt32(), field.GetProperty("size").GetInt32())));

    private static Dictionary<string, T> Map<T>(JsonElement element, Func<JsonElement, T> read) =>
        element.EnumerateObject().ToDictionary(property => property.Name, property => read(property.Value));
}

internal sealed record AbiStruct(int Size, IReadOnlyDictionary<string, AbiField> Fields);

internal readonly record struct AbiField(int Offset, int Size);
