using LlamaNative.Gguf;
using LlamaNative.Models;

namespace LlamaNative.Tests.Models;

/// <summary>
/// GGUF files that are no models are named. llama.cpp refers to an option of its own programs (--mmproj) or to a missing key. The
/// values are those that llama.cpp's converters and tools write (gguf-py/gguf/constants.py, tools/cvector-generator).
/// </summary>
public sealed class OtherGgufTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("clip", "mmproj", "mmproj")]
    [InlineData("clip", null, "mmproj")]
    [InlineData("llama", "adapter", "LoRA adapter")]
    [InlineData("controlvector", null, "control vector")]
    [InlineData("llama", "imatrix", "importance matrix")]
    public void A_file_for_a_model_is_not_a_model(string architecture, string? type, string expected)
    {
        ModelFile file = ModelFile.Llama();
        file.Metadata["general.architecture"] = GgufValue.Of(architecture);
        if (type is not null)
        {
            file.Metadata["general.type"] = GgufValue.Of(type);
        }

        string path = file.Save(_folder["other.gguf"]);
        string message = Assert.Throws<ModelLoadException>(() => LlamaModel.Load(path)).Message;
        Assert.Contains("is not a model", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("--mmproj", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama", "adapter", "LoRA adapter")]
    [InlineData("controlvector", null, "control vector")]
    [InlineData("llama", "imatrix", "importance matrix")]
    public void A_file_for_a_model_cannot_be_quantized(string architecture, string? type, string expected)
    {
        ModelFile file = ModelFile.Llama();
        file.Metadata["general.architecture"] = GgufValue.Of(architecture);
        if (type is not null)
        {
            file.Metadata["general.type"] = GgufValue.Of(type);
        }

        string path = file.Save(_folder["other.gguf"]);
        string message = Assert.Throws<ModelQuantizationException>(() => ModelQuantizer.Plan(path)).Message;
        Assert.Contains("it is not a model", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_only_tokenizes()
    {
        ModelFile file = ModelFile.Llama();
        file.Tensors.Clear();
        string path = file.Save(_folder["vocabulary.gguf"]);
        string message = Assert.Throws<ModelLoadException>(() => LlamaModel.Load(path)).Message;
        Assert.Contains("contains only a vocabulary", message, StringComparison.Ordinal);

        using LlamaModel vocabulary = LlamaModel.Load(path, new ModelOptions { VocabularyOnly = true });
        Assert.NotEmpty(vocabulary.Vocabulary.Tokenize("a"));
    }

    [Theory]
    [InlineData(null, "the file has no such key")]
    [InlineData(0u, "is not above 0")]
    public void A_missing_width_is_not_reported_as_a_wrong_rotation(uint? width, string expected)
    {
        ModelFile file = ModelFile.Llama();
        file.Metadata.Remove("llama.embedding_length");
        if (width is { } value)
        {
            file.Metadata["llama.embedding_length"] = GgufValue.Of(value);
        }

        string path = file.Save(_folder["narrow.gguf"]);
        string message = Assert.Throws<ModelLoadException>(() => LlamaModel.Load(path)).Message;
        Assert.Contains("llama.embedding_length", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("rope", message, StringComparison.Ordinal);
    }
}
