using LlamaNative.Gguf;

namespace LlamaNative.Models;

/// <summary>Recognizes GGUF files that belong to a model without being one, so that an error can say what they are for.</summary>
internal static class OtherGguf
{
    /// <summary>Completes the sentence "it is …"; null for a model, and for a file that does not say what it is.</summary>
    public static string? Describe(GgufFile file)
    {
        string architecture = Text(file, "general.architecture");
        return (architecture, Text(file, "general.type")) switch
        {
            ("clip", _) or (_, "mmproj") =>
                "the image or sound encoder of a multimodal model (mmproj). It cannot be used alone; load the language model's file",
            (_, "adapter") => "a LoRA adapter. Load the model that it was made for, and apply the adapter to it",
            ("controlvector", _) => "a control vector. Load the model that it was made for, and apply the vector to it",
            ("imatrix", _) or (_, "imatrix") => "an importance matrix, which is used to quantize a model",
            _ => null,
        };
    }

    private static string Text(GgufFile file, string key) =>
        file.Metadata.TryGetValue(key, out GgufValue? value) && value.Type == GgufValueType.String ? value.GetString() : "";
}
