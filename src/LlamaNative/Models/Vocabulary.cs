using LlamaNative.Interop;
using Microsoft.Extensions.Logging;

namespace LlamaNative.Models;

/// <summary>
/// The tokens of a model: their texts, attributes and special roles. Text to tokens and back lives in the other half
/// of this class. Safe to use from any thread; part of its model, and usable until the model and every context made from it are disposed.
/// </summary>
#pragma warning disable CA1001 // the handle is disposed by the model: a user has nothing to dispose here
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

        // Asked for every generated token, so it is a bit here and not a call. The reference is taken once for all of them.
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

    /// <summary>Begins a text.</summary>
    public int? Bos { get; }

    /// <summary>Ends a text.</summary>
    public int? Eos { get; }

    /// <summary>Ends a turn of a conversation.</summary>
    public int? Eot { get; }

    /// <summary>Separates sentences.</summary>
    public int? Separator { get; }

    /// <summary>A line break.</summary>
    public int? Newline { get; }

    /// <summary>Fills a batch up.</summary>
    public int? Padding { get; }

    /// <summary>Stands for a hidden token.</summary>
    public int? Mask { get; }

    /// <summary>Fill in the middle: begins the text before the gap.</summary>
    public int? FimPrefix { get; }

    /// <summary>Fill in the middle: begins the text behind the gap.</summary>
    public int? FimSuffix { get; }

    /// <summary>Fill in the middle: begins the text of the gap.</summary>
    public int? FimMiddle { get; }

    /// <summary>Fill in the middle: padding.</summary>
    public int? FimPadding { get; }

    /// <summary>Fill in the middle: begins the name of the repository.</summary>
    public int? FimRepository { get; }

    /// <summary>Fill in the middle: separates files.</summary>
    public int? FimFileSeparator { get; }

    /// <summary>Whether tokenizing with special tokens puts <see cref="Bos"/> first.</summary>
    public bool AddsBos { get; }

    /// <summary>Whether tokenizing with special tokens puts <see cref="Eos"/> last.</summary>
    public bool AddsEos { get; }

    /// <summary>Whether tokenizing with special tokens puts <see cref="Separator"/> last.</summary>
    public bool AddsSeparator { get; }

    internal VocabularyHandle Handle => _handle;

    /// <summary>The model's; see <see cref="ModelOptions.Logger"/>.</summary>
    internal ILogger? Logger { get; }

    /// <summary>Whether the model says with this token that it is done (end of text, end of turn and their kin).</summary>
    public bool IsEndOfGeneration(int token) =>
        (uint)token < (uint)Count && (_endOfGeneration[token >> 3] & (1 << (token & 7))) != 0;

    /// <summary>What the token is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public TokenAttributes GetAttributes(int token)
    {
        CheckToken(token);
        return (TokenAttributes)LlamaVocab.llama_vocab_get_attr(_handle, token);
    }

    /// <summary>Whether the token steers the model and is not text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public bool IsControl(int token) => (GetAttributes(token) & TokenAttributes.Control) != 0;

    /// <summary>
    /// The token as the vocabulary writes it, with its markers for spaces and bytes; see <see cref="GetPiece(int, bool)"/> for its text.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public unsafe string GetText(int token)
    {
        CheckToken(token);
        using var keepAlive = new HandleReference(_handle);
        return NativeText.Read(LlamaVocab.llama_vocab_get_text(_handle, token)) ?? "";
    }

    /// <summary>The token's score, which SentencePiece and Unigram vocabularies use to choose between splits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public float GetScore(int token)
    {
        CheckToken(token);
        return LlamaVocab.llama_vocab_get_score(_handle, token);
    }

    /// <summary>Tokens that the model's makers want never generated.</summary>
    public unsafe int[] GetSuppressedTokens()
    {
        using var keepAlive = new HandleReference(_handle);
        int* tokens = LlamaVocab.llama_vocab_get_suppress_tokens(_handle, out int count);
        return tokens is null ? [] : new ReadOnlySpan<int>(tokens, count).ToArray();
    }

    /// <summary>Counts in a context: its text steps work until it is disposed, even when its model is disposed before.</summary>
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

    /// <summary>Counts out the model or a context; the last one closes the vocabulary.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _handle.Dispose();
        }
    }

    internal void CheckToken(int token)
    {
        // The native side indexes its tables with what it is given.
        if ((uint)token >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(token), token, $"Token ids of this vocabulary run from 0 to {Count - 1}.");
        }

        CheckUsable();
    }

    internal void CheckUsable()
    {
        if (Type == VocabularyType.None)
        {
            throw new LlamaException("This model has no vocabulary: it cannot turn text into tokens or back.");
        }
    }

    private int? Optional(int token) => (uint)token < (uint)Count ? token : null;
}
