using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LlamaNative.Models;

/// <summary>
/// Keeps a text away from what ends the process inside llama.cpp's tokenizers (llama-vocab.cpp, unicode.cpp): regular
/// expressions that recurse for each character they match, or take time with the square of their number.
/// </summary>
internal sealed class TokenizerGuard
{
    /// <summary>The longest run that may be matched on the caller's stack.</summary>
    private const int RunOnCallersStack = 128;

    /// <summary>Measured with libstdc++ on x64: up to 393 bytes for each character matched, over all its patterns.</summary>
    private const int StackPerCharacter = 1024;

    private const int BaseStack = 1 << 20;

    /// <summary>The longest run there is stack for: 1 GiB of address space, of which only what is matched is touched.</summary>
    private const int LongestRun = 1 << 20;

    /// <summary>The longest run for patterns that take time with its square.</summary>
    private const int LongestSquareRun = 4096;

    /// <summary>
    /// Pre-tokenizers (tokenizer.ggml.pre) whose patterns llama.cpp matches in loops written by hand, or which match one
    /// character at a time (llama-vocab.cpp, llm_tokenizer_bpe; unicode.cpp, unicode_regex_split_custom).
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

    /// <summary>Runs a tokenization of <paramref name="utf8"/> where it is safe.</summary>
    /// <exception cref="LlamaException">It is nowhere safe.</exception>
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
            // The regular expressions of Visual C++ give up on a long match with a C++ exception, which arrives as this.
            throw new LlamaException(
                $"The text has a run of characters without a break that is too long for the vocabulary's pre-tokenizer '{_preTokenizer}' "
                + $"on Windows.", error);
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
            stack) { IsBackground = true, Name = "LlamaTokenizer" };
        try
        {
            thread.Start();
        }
        catch (Exception failure) when (failure is OutOfMemoryException or ThreadStartException)
        {
            throw new LlamaException(
                $"The text needs a stack of {stack >> 20} MiB to be tokenized, which the system does not grant; put spaces into its "
                + $"longest run of characters.", failure);
        }

        thread.Join();
        error?.Throw();
        return result;
    }

    /// <summary>Checks a text for patterns that recurse and returns the longest run of characters that one of them may match.</summary>
    private int Check(ReadOnlySpan<byte> utf8)
    {
        // exaone-moe matches words and the single spaces between them as one, and runs of white space too.
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
                    $"The text has a run of more than {limit} characters without a break, which the vocabulary's pre-tokenizer "
                    + $"'{_preTokenizer}' cannot take.");
            }
        }

        return longest;
    }

    /// <summary>Characters of which a run costs time with its square: <c>\s+$</c> and <c>(?=(\d{3})+(?!\d))</c>.</summary>
    private bool IsSquare(Rune rune) => _preTokenizer switch
    {
        "deepseek-llm" => Rune.IsWhiteSpace(rune),
        "superbpe" => Rune.IsNumber(rune),
        _ => false,
    };
}
