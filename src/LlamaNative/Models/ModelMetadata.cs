using LlamaNative.Interop;

namespace LlamaNative.Models;

/// <summary>Reads a loaded model's metadata as strings, as llama.cpp stores it.</summary>
internal static unsafe class ModelMetadata
{
    public static IReadOnlyDictionary<string, string> Read(LlamaModelHandle model, IReadOnlyDictionary<string, MetadataOverride> overrides)
    {
        int count = LlamaModels.llama_model_meta_count(model);
        var metadata = new Dictionary<string, string>(count);
        for (int i = 0; i < count; i++)
        {
            string? key = NativeText.Read((buffer, size) => LlamaModels.llama_model_meta_key_by_index(model, i, (byte*)buffer, size));
            string? value = NativeText.Read((buffer, size) => LlamaModels.llama_model_meta_val_str_by_index(model, i, (byte*)buffer, size));
            if (key is not null && value is not null)
            {
                metadata[key] = value;
            }
        }

        // llama.cpp applies overrides but does not list them.
        foreach ((string key, MetadataOverride value) in overrides)
        {
            metadata[key] = value.ToString();
        }

        return metadata;
    }

    public static string ReadDescription(LlamaModelHandle model) =>
        NativeText.Read((buffer, size) => LlamaModels.llama_model_desc(model, (byte*)buffer, size)) ?? "";
}
