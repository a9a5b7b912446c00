using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Models;

/// <summary>
/// Protects llama.cpp's tokenizers (llama-vocab.cpp, unicode.cpp) from texts that would crash the process: their regular expressions
/// recurse for each matched character, or take quadratic time.
/// </summary>
internal sealed class TokenizerGuard
{
    /// <summary>The maximum run of characters matched on the caller's stack.</summary>
    private const int RunOnCallersStack = 128;

    /// <summary>Stack bytes per matched character. Measured with libstdc++ on x64: up to 393 bytes over all patterns.</summary>
    private const int StackPerCharacter = 1024;

    private const int BaseStack = 1 << 20;

    /// <summary>
    /// The maximum run of characters, for which 1 GiB of stack is reserved; only the part needed for the match is committed.
    /// </summary>
    private const int LongestRun = 1 << 20;

    /// <summary>The maximum run of characters for patterns with quadratic time.</summary>
    private const int LongestSquareRun = 4096;

    /// <summary>
    /// Pre-tokenizers (tokenizer.ggml.pre) whose patterns llama.cpp implements as loops, or which match one character at a time
    /// (llm_tokenizer_bpe in llama-vocab.cpp; unicode_regex_split_custom in unicode.cpp).
    /// </summary>
    private static readonly HashSet<string> s_withoutRecursion =
    [
        "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano",
        "dbrx", "smaug-bpe", "glm4", "chatglm-bpe",
        "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum",
        "modern-bert", "jina-v1-en", "jina-v2-code", "roberta-bpe",
        "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4",
        "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2",
        "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "hunyuan", "solar-open", "megrez", "grok-2", "laguna", "qwen35",
        "kimi-k2", "gemma4", "granite-embed-multi-311m", "sarvam-moe",
    ];

    private readonly string _preTokenizer;
    private readonly bool _recurses;

    public TokenizerGuard(Vocabulary vocabulary, IReadOnlyDictionary<string, string> metadata)
    {
        _preTokenizer = metadata.GetValueOrDefault("tokenizer.ggml.pre", "default");
        _recurses = vocabulary.Type == VocabularyType.BytePairEncoding && !s_withoutRecursion.Contains(_preTokenizer);
    }

    /// <summary>Tokenizes <paramref name="utf8"/> on a thread with enough stack.</summary>
    /// <exception cref="LlamaException">The text has a run of characters that is too long to tokenize safely.</exception>
    public int Run(ReadOnlySpan<byte> utf8, Func<int> tokenize)
    {
        int run = _recurses ? Check(utf8) : 0;
        try
        {
            return run <= RunOnCallersStack && (run == 0 || RuntimeHelpers.TryEnsureSufficientExecutionStack())
                ? tokenize()
                : RunOnThread(tokenize, BaseStack + (run * StackPerCharacter));
        }
        catch (SEHException error)
        {
            // Visual C++'s regular expressions throw a C++ exception on a long match, which .NET reports as this exception.
            throw new LlamaException(
                $"Cannot tokenize the text: it has an unbroken run of characters that is too long for the pre-tokenizer '{_preTokenizer}' "
                + $"on Windows. Insert spaces.", error);
        }
    }

    private static int RunOnThread(Func<int> tokenize, int stack)
    {
        int result = 0;
        ExceptionDispatchInfo? error = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = tokenize();
                }
                catch (Exception failure)
                {
                    error = ExceptionDispatchInfo.Capture(failure);
                }
            },
            stack)
        { IsBackground = true, Name = "LlamaTokenizer" };
        try
        {
            thread.Start();
        }
        catch (Exception failure) when (failure is OutOfMemoryException or ThreadStartException)
        {
            throw new LlamaException(
                $"Cannot tokenize the text: it needs {stack >> 20} MiB of stack, which the system cannot allocate. Insert spaces into its "
                + $"longest run of characters.", failure);
        }

        thread.Join();
        error?.Throw();
        return result;
    }

    /// <summary>Checks a text for recursive patterns and returns the longest run of characters that one of them can match.</summary>
    private int Check(ReadOnlySpan<byte> utf8)
    {
        // exaone-moe matches words with the single spaces between them, and runs of white space.
        bool unbroken = _preTokenizer == "exaone-moe";
        int longest = 0;
        int length = 0;
        int square = 0;
        bool wasSpace = false;
        while (!utf8.IsEmpty)
        {
            Rune.DecodeFromUtf8(utf8, out Rune rune, out int bytes);
            utf8 = utf8[bytes..];
            bool isSpace = Rune.IsWhiteSpace(rune);
            length = unbroken || isSpace == wasSpace ? length + 1 : 1;
            wasSpace = isSpace;
            longest = Math.Max(longest, length);
            square = IsSquare(rune) ? square + 1 : 0;
            if (longest > LongestRun || square > LongestSquareRun)
            {
                int limit = longest > LongestRun ? LongestRun : LongestSquareRun;
                throw new LlamaException(
                    $"Cannot tokenize the text: it has an unbroken run of more than {limit} characters, the limit of the pre-tokenizer "
                    + $"'{_preTokenizer}'. Insert spaces.");
            }
        }

        return longest;
    }

    /// <summary>Characters whose runs take quadratic time: <c>\s+$</c> and <c>(?=(\d{3})+(?!\d))</c>.</summary>
    private bool IsSquare(Rune rune) => _preTokenizer switch
    {
        "deepseek-llm" => Rune.IsWhiteSpace(rune),
        "superbpe" => Rune.IsNumber(rune),
        _ => false,
    };
}
