using LlamaNative.Chat;
using LlamaNative.Contexts;
using LlamaNative.Models;
using LlamaNative.Sampling;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Chat.Sessions;

/// <summary>
/// A saved conversation can be continued with other options and other quantizations of its model. Only cached cells that would give other
/// values are evaluated again, and the log says why. Other models are refused.
/// </summary>
public sealed class SessionIdentityTests : IDisposable
{
    private const int Size = 512;

    private static readonly GenerationOptions s_greedy =
        new() { MaxTokens = 8, StopAtEndOfGeneration = false, Sampling = SamplingOptions.Greedy };
    private static readonly ContextOptions s_options = new() { ContextSize = Size, Threads = 1 };

    private static readonly Dictionary<string, ContextOptions> s_changes = new()
    {
        ["size"] = s_options with { ContextSize = 2 * Size },
        ["batch"] = s_options with { BatchSize = 64, MicroBatchSize = 32 },
        ["sequences"] = s_options with { MaxSequences = 2, ContextSize = 2 * Size },
        ["unified"] = s_options with { MaxSequences = 2, UnifiedCache = true },
        ["keys"] = s_options with { CacheTypeK = GgmlType.F32 },
        ["values"] = s_options with { CacheTypeV = GgmlType.BF16 },
        ["flash"] = s_options with { FlashAttention = FlashAttention.Disabled },
        ["rope base"] = s_options with { RopeFrequencyBase = 500_000 },
        ["rope scale"] = s_options with { RopeFrequencyScale = 0.5f },
    };

    private readonly TemporaryFolder _files = new();

    private string File => _files["saved.chat"];

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("size", true, null)]
    [InlineData("batch", true, null)]
    [InlineData("sequences", null, null)]
    [InlineData("unified", null, null)]
    [InlineData("keys", false, "the cache type was F16/F16 and is F32/F16")]
    [InlineData("values", false, "the cache type was F16/F16 and is F16/BF16")]
    [InlineData("flash", null, null)]
    [InlineData("rope base", false, "RoPE")]
    [InlineData("rope scale", false, "RoPE")]
    public async Task Other_options_of_the_context_evaluate_again_what_they_change(string change, bool? cached, string? reason)
    {
        using var tiny = new TinyModel();
        await SaveAsync(tiny.Path);
        (bool restored, string log) = await LoadAsync(tiny.Path, s_changes[change]);
        Assert.Equal(cached ?? restored, restored);
        Assert.Contains(reason ?? "", log, StringComparison.Ordinal);
        Assert.Equal(!restored, log.Contains("evaluated again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_conversation_longer_than_the_context_keeps_its_messages()
    {
        using var tiny = new TinyModel();
        await SaveAsync(tiny.Path, new string('x', 300));
        using LlamaModel model = tiny.Load();
        using var context = new LlamaContext(model, s_options with { ContextSize = 256 });
        ChatSession session = NewSession(context);
        Assert.False(session.Load(File));
        Assert.Equal(2, session.Messages.Count);
        await session.SendAsync("sat", s_greedy).CompleteAsync();
    }

    [Theory]
    [InlineData(ModelFileType.F16)]
    [InlineData(ModelFileType.Q8_0)]
    [InlineData(ModelFileType.Q4_0)]
    public async Task Another_quantization_of_the_model_goes_on_with_the_messages(ModelFileType type)
    {
        using var tiny = new TinyModel();
        await SaveAsync(tiny.Path);
        string quantized = _files["quantized.gguf"];
        ModelQuantizer.Quantize(tiny.Path, quantized, new() { FileType = type });
        (bool restored, string log) = await LoadAsync(quantized, s_options);
        Assert.False(restored);
        Assert.Contains("the model file differs", log, StringComparison.Ordinal);
    }

    /// <summary>Any part names the same model, so its cells are reused.</summary>
    [Fact]
    public async Task A_split_model_is_the_same_through_each_of_its_parts()
    {
        string first = ModelFile.Llama().SaveSplit(_files["split"], 2);
        string second = _files["split-00002-of-00002.gguf"];
        await SaveAsync(first);
        Assert.True((await LoadAsync(second, s_options)).Restored);
        await SaveAsync(second);
        Assert.True((await LoadAsync(first, s_options)).Restored);

        // Another model's second part is another file, which only its part distinguishes.
        string changed = _files["other-00002-of-00002.gguf"];
        System.IO.File.Copy(first, _files["other-00001-of-00002.gguf"]);
        byte[] bytes = System.IO.File.ReadAllBytes(second);
        bytes[^4] ^= 1;
        System.IO.File.WriteAllBytes(changed, bytes);
        Assert.False((await LoadAsync(changed, s_options)).Restored);
    }

    [Fact]
    public async Task A_model_of_another_shape_is_refused_with_what_differs()
    {
        using var tiny = new TinyModel();
        using var deep = new TinyModel(new TinyModelOptions { Layers = 3 });
        using var wide = new TinyModel(new TinyModelOptions { Embedding = 64 });
        using var other = new TinyModel(new TinyModelOptions { Seed = 2 });
        await SaveAsync(tiny.Path);
        Assert.Contains("the number of layers was 2 and is 3", Refused(deep), StringComparison.Ordinal);
        Assert.Contains("the embedding length was 32 and is 64", Refused(wide), StringComparison.Ordinal);
        Assert.Contains("the content of the weights differs", Refused(other), StringComparison.Ordinal);

        string Refused(TinyModel file)
        {
            using LlamaModel model = file.Load();
            using var context = new LlamaContext(model, s_options);
            ChatSession session = NewSession(context);
            session.Add(ChatMessage.FromUser("sat"));
            string message = Assert.Throws<ChatSessionFileException>(() => session.Load(File)).Message;
            Assert.Equal("sat", Assert.Single(session.Messages).Content);
            return message;
        }
    }

    private async Task SaveAsync(string path, string message = "the cat")
    {
        using LlamaModel model = LlamaModel.Load(path);
        using var context = new LlamaContext(model, s_options);
        ChatSession session = NewSession(context);
        await session.SendAsync(message, s_greedy).CompleteAsync();
        session.Save(File);
    }

    /// <summary>Loads and goes on; the next answer must be that of a new context with the same messages.</summary>
    private async Task<(bool Restored, string Log)> LoadAsync(string path, ContextOptions options)
    {
        var log = new ListLogger();
        using LlamaModel model = LlamaModel.Load(path, new ModelOptions { Logger = log });
        using var context = new LlamaContext(model, options);
        log.Lines.Clear();
        ChatSession session = NewSession(context);
        bool restored = session.Load(File);
        string said = string.Join('\n', log.Lines);
        Assert.Equal(["the cat", session.Messages[1].Content], session.Messages.Select(message => message.Content));
        ChatAnswer answer = session.SendAsync("sat", s_greedy);
        string text = (await answer.CompleteAsync()).Content!;
        Assert.Equal(restored, answer.Result!.Usage.CachedTokens > 0);

        using var fresh = new LlamaContext(model, options);
        int[] prompt = context.Cache.GetTokens()[..answer.Result.Usage.PromptTokens];
        Assert.Equal(new TextGenerator(fresh).Generate(prompt, s_greedy).Text, answer.Result.Text);
        Assert.Equal(text, session.Messages[^1].Content);
        return (restored, said);
    }

    private static ChatSession NewSession(LlamaContext context) =>
        new(context, new ChatSessionOptions { Format = ChatFormat.FromName(context.Model, "chatml") });
}
