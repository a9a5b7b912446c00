using LlamaNative.Interop;
using Microsoft.Extensions.Logging;

namespace LlamaNative.Models;

/// <summary>
/// The tokens of a model: their texts, attributes and special roles. Tokenizes text and converts tokens to text. Safe to use from any
/// thread. Usable until the model and all contexts created from it are disposed.
/// </summary>
#pragma warning disable CA1001 // the model disposes the handle, so the vocabulary is not disposable
public sealed partial class Vocabulary
#pragma warning restore CA1001
{
    private readonly VocabularyHandle _handle;
    private readonly byte[] _endOfGeneration;
    private readonly TokenizerGuard? _guard;
    private int _users = 1;

    internal Vocabulary(LlamaModelHandle model, IReadOnlyDictionary<string, string> metadata, ILogger? logger)
    {
        Logger = logger;
        _handle = new VocabularyHandle(model);
        Type = (VocabularyType)LlamaVocab.llama_vocab_type(_handle);
        Count = LlamaVocab.llama_vocab_n_tokens(_handle);
        _endOfGeneration = new byte[(Count + 7) / 8];
        if (Type == VocabularyType.None)
        {
            return;
        }

        Bos = Optional(LlamaVocab.llama_vocab_bos(_handle));
        Eos = Optional(LlamaVocab.llama_vocab_eos(_handle));
        Eot = Optional(LlamaVocab.llama_vocab_eot(_handle));
        Separator = Optional(LlamaVocab.llama_vocab_sep(_handle));
        Newline = Optional(LlamaVocab.llama_vocab_nl(_handle));
        Padding = Optional(LlamaVocab.llama_vocab_pad(_handle));
        Mask = Optional(LlamaVocab.llama_vocab_mask(_handle));
        FimPrefix = Optional(LlamaVocab.llama_vocab_fim_pre(_handle));
        FimSuffix = Optional(LlamaVocab.llama_vocab_fim_suf(_handle));
        FimMiddle = Optional(LlamaVocab.llama_vocab_fim_mid(_handle));
        FimPadding = Optional(LlamaVocab.llama_vocab_fim_pad(_handle));
        FimRepository = Optional(LlamaVocab.llama_vocab_fim_rep(_handle));
        FimFileSeparator = Optional(LlamaVocab.llama_vocab_fim_sep(_handle));
        AddsBos = LlamaVocab.llama_vocab_get_add_bos(_handle);
        AddsEos = LlamaVocab.llama_vocab_get_add_eos(_handle);
        AddsSeparator = LlamaVocab.llama_vocab_get_add_sep(_handle);

        // Queried for every generated token, so it is cached as bits. One reference is held during all calls.
        using var keepAlive = new HandleReference(_handle);
        for (int token = 0; token < Count; token++)
        {
            if (LlamaVocab.llama_vocab_is_eog(_handle.DangerousGetHandle(), token))
            {
                _endOfGeneration[token >> 3] |= (byte)(1 << (token & 7));
            }
        }

        _guard = new TokenizerGuard(this, metadata);
    }

    /// <summary>The tokenizer's algorithm.</summary>
    public VocabularyType Type { get; }

    /// <summary>The number of tokens; ids run from 0 to <c>Count - 1</c>.</summary>
    public int Count { get; }

    /// <summary>The beginning-of-sequence token; null if there is none.</summary>
    public int? Bos { get; }

    /// <summary>The end-of-sequence token; null if there is none.</summary>
    public int? Eos { get; }

    /// <summary>The end-of-turn token; null if there is none.</summary>
    public int? Eot { get; }

    /// <summary>The separator token; null if there is none.</summary>
    public int? Separator { get; }

    /// <summary>The newline token; null if there is none.</summary>
    public int? Newline { get; }

    /// <summary>The padding token; null if there is none.</summary>
    public int? Padding { get; }

    /// <summary>The mask token; null if there is none.</summary>
    public int? Mask { get; }

    /// <summary>The fill-in-the-middle token before the prefix; null if there is none.</summary>
    public int? FimPrefix { get; }

    /// <summary>The fill-in-the-middle token before the suffix; null if there is none.</summary>
    public int? FimSuffix { get; }

    /// <summary>The fill-in-the-middle token before the generated middle; null if there is none.</summary>
    public int? FimMiddle { get; }

    /// <summary>The fill-in-the-middle padding token; null if there is none.</summary>
    public int? FimPadding { get; }

    /// <summary>The fill-in-the-middle token before the repository name; null if there is none.</summary>
    public int? FimRepository { get; }

    /// <summary>The fill-in-the-middle token between files; null if there is none.</summary>
    public int? FimFileSeparator { get; }

    /// <summary>Whether tokenizing with special tokens prepends <see cref="Bos"/>.</summary>
    public bool AddsBos { get; }

    /// <summary>Whether tokenizing with special tokens appends <see cref="Eos"/>.</summary>
    public bool AddsEos { get; }

    /// <summary>Whether tokenizing with special tokens appends <see cref="Separator"/>.</summary>
    public bool AddsSeparator { get; }

    internal VocabularyHandle Handle => _handle;

    /// <summary>The model's logger; see <see cref="ModelOptions.Logger"/>.</summary>
    internal ILogger? Logger { get; }

    /// <summary>Whether the token ends generation (end of sequence, end of turn and similar tokens).</summary>
    public bool IsEndOfGeneration(int token) =>
        (uint)token < (uint)Count && (_endOfGeneration[token >> 3] & (1 << (token & 7))) != 0;

    /// <summary>Returns the attributes of a token.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public TokenAttributes GetAttributes(int token)
    {
        CheckToken(token);
        return (TokenAttributes)LlamaVocab.llama_vocab_get_attr(_handle, token);
    }

    /// <summary>Whether the token is a control token, which is not text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public bool IsControl(int token) => (GetAttributes(token) & TokenAttributes.Control) != 0;

    /// <summary>
    /// Returns the token as stored in the vocabulary, with its escapes for spaces and bytes. For the decoded text see
    /// <see cref="GetPiece(int, bool)"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public unsafe string GetText(int token)
    {
        CheckToken(token);
        using var keepAlive = new HandleReference(_handle);
        return NativeText.Read(LlamaVocab.llama_vocab_get_text(_handle, token)) ?? "";
    }

    /// <summary>Returns the token's score, which SentencePiece and Unigram tokenizers use to choose a segmentation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public float GetScore(int token)
    {
        CheckToken(token);
        return LlamaVocab.llama_vocab_get_score(_handle, token);
    }

    /// <summary>Returns the tokens that must not be generated according to the model's metadata.</summary>
    public unsafe int[] GetSuppressedTokens()
    {
        using var keepAlive = new HandleReference(_handle);
        int* tokens = LlamaVocab.llama_vocab_get_suppress_tokens(_handle, out int count);
        return tokens is null ? [] : new ReadOnlySpan<int>(tokens, count).ToArray();
    }

    /// <summary>Adds a reference for a context, which uses the vocabulary until it is disposed, even after its model is disposed.</summary>
    internal void Retain()
    {
        for (int users = Volatile.Read(ref _users); ;)
        {
            ObjectDisposedException.ThrowIf(users == 0, typeof(LlamaModel));
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return;
            }

            users = seen;
        }
    }

    /// <summary>Releases a reference of the model or a context; the last one closes the vocabulary.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _handle.Dispose();
        }
    }

    internal void CheckToken(int token)
    {
        // The native side does not check the index.
        if ((uint)token >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(token), token, $"Token ids of this vocabulary are from 0 to {Count - 1}.");
        }

        CheckUsable();
    }

    internal void CheckUsable()
    {
        if (Type == VocabularyType.None)
        {
            throw new LlamaException("The model has no vocabulary and cannot tokenize or detokenize text.");
        }
    }

    private int? Optional(int token) => (uint)token < (uint)Count ? token : null;
}
