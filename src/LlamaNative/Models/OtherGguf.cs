using LlamaNative.Gguf;

namespace LlamaNative.Models;

/// <summary>Recognizes GGUF files that belong to a model without being one, so that an error can say what they are for.</summary>
internal static class OtherGguf
{
    private const string Projector = "mmproj";
    private const string Adapter = "adapter";
    private const string Vector = "control vector";
    private const string Importance = "imatrix";

    /// <summary>A short name of what the file is; null for a model, and for a file that does not say what it is.</summary>
    public static string? KindOf(GgufFile file) => (Text(file, "general.architecture"), TypeOf(file)) switch
    {
        ("clip", _) or (_, "mmproj") => Projector,
        (_, "adapter") => Adapter,
        ("controlvector", _) => Vector,
        ("imatrix", _) or (_, "imatrix") => Importance,
        _ => null,
    };

    /// <summary>The value of general.type, or null.</summary>
    public static string? TypeOf(GgufFile file) => Text(file, "general.type");

    /// <summary>Completes the sentence "it is …"; null like <see cref="KindOf"/>.</summary>
    public static string? Describe(GgufFile file) => KindOf(file) switch
    {
        Projector => "the image or sound encoder of a multimodal model (mmproj). It cannot be used alone; load the language model's file",
        Adapter => "a LoRA adapter. Load the model that it was made for, and apply the adapter to it",
        Vector => "a control vector. Load the model that it was made for, and apply the vector to it",
        Importance => "an importance matrix, which is used to quantize a model",
        _ => null,
    };

    /// <summary>
    /// Like <see cref="Describe"/>, but null for an mmproj, which llama.cpp quantizes: only what has no weights of a network.
    /// </summary>
    public static string? WeightlessUseOf(GgufFile file) =>
        KindOf(file) is Projector && TypeOf(file) is not "adapter" ? null : Describe(file);

    /// <summary>Whether the file has a vocabulary and nothing else, as those in llama.cpp's folder models.</summary>
    public static bool IsVocabulary(GgufFile file) => file.Tensors.Count == 0 && file.Metadata.ContainsKey("tokenizer.ggml.tokens");

    private static string? Text(GgufFile file, string key) =>
        file.Metadata.TryGetValue(key, out GgufValue? value) && value.Type == GgufValueType.String ? value.GetString() : null;
}
