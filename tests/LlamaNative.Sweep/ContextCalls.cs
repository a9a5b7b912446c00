using LlamaNative.Contexts;
using LlamaNative.TestSupport;

namespace LlamaNative.Sweep;

/// <summary>Calls on a context and its cache.</summary>
internal static class ContextCalls
{
    public static void Decode(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        using var batch = new TokenBatch(64);
        Subject.Fill(batch, subject.Prompt);
        context.Decode(batch);
    }

    public static void Encode(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        using var batch = new TokenBatch(64);
        Subject.Fill(batch, subject.Prompt);
        context.Encode(batch);
    }

    public static void Logits(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        float[] first = subject.Logits(context);
        using LlamaContext other = subject.NewContext();
        Subject.Same(first, subject.Logits(other), "a second time");
    }

    public static void TokenByToken(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        float[] whole = subject.Logits(context);
        using LlamaContext other = subject.NewContext();
        using var batch = new TokenBatch(64);
        if (subject.Model.IsEncoderDecoder)
        {
            Subject.Fill(batch, subject.Prompt);
            other.Encode(batch);
        }

        for (int i = 0; i < subject.Prompt.Length; i++)
        {
            batch.Clear();
            batch.Add(subject.Prompt[i], i, logits: true);
            other.Decode(batch);
        }

        Subject.Same(whole, Subject.Finite(other.GetLogits(), subject.Model.Vocabulary.Count), "token by token");
    }

    public static void MicroBatches(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        float[] whole = subject.Logits(context);
        using LlamaContext other = subject.NewContext(options => options with { MicroBatchSize = 4 });
        if (subject.Model.IsEncoderDecoder && subject.Prompt.Length > 4)
        {
            return; // an encoder reads its input in one micro-batch
        }

        if (subject.Row.HasNoCache && subject.Prompt.Length > 4)
        {
            try
            {
                subject.Evaluate(other, 0);
            }
            catch (ArgumentException)
            {
                return; // as does a model whose tokens all see each other
            }

            throw new WrongAnswerException("tokens that see each other in several micro-batches");
        }

        Subject.Same(whole, subject.Logits(other), "in micro-batches of 4");
    }

    public static void TwoSequences(Subject subject) => TwoSequences(subject, unified: false);

    public static void TwoUnifiedSequences(Subject subject) => TwoSequences(subject, unified: true);

    /// <summary>The same prompt in two sequences gives the same logits as alone.</summary>
    private static void TwoSequences(Subject subject, bool unified)
    {
        using LlamaContext single = subject.NewContext();
        float[] alone = subject.Logits(single);
        using LlamaContext context = subject.NewContext(options => options with { MaxSequences = 2, UnifiedCache = unified });
        subject.Evaluate(context, 0, 1);
        Subject.Same(alone, context.BorrowLogits(subject.Prompt.Length - 1), "the first of two sequences");
        Subject.Same(alone, context.BorrowLogits((2 * subject.Prompt.Length) - 1), "the second of two sequences");
    }

    /// <summary>A prompt evaluated for two sequences at once, then continued in each; the sequences do not mix.</summary>
    public static void SharedPrompt(Subject subject)
    {
        using LlamaContext context = subject.NewContext(options => options with { MaxSequences = 2, UnifiedCache = true });
        using var batch = new TokenBatch(64, maxSequences: 2);
        for (int i = 0; i < subject.Prompt.Length; i++)
        {
            batch.Add(subject.Prompt[i], i, (ReadOnlySpan<int>)[0, 1], logits: i == subject.Prompt.Length - 1);
        }

        if (subject.Model.IsEncoderDecoder)
        {
            context.Encode(batch);
        }

        context.Decode(batch);
        batch.Clear();
        batch.Add(subject.Prompt[1], subject.Prompt.Length, 0, logits: true);
        batch.Add(subject.Prompt[1], subject.Prompt.Length, 1, logits: true);
        context.Decode(batch);
        Subject.Same(context.GetLogits(0), context.GetLogits(1), "two continuations of a shared prompt");
    }

    /// <summary>Cut back and continued with the same tokens, the logits are those of the whole; or the model refuses to be cut.</summary>
    public static void CutBack(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        float[] whole = subject.Logits(context);
        int kept = subject.Prompt.Length - 2;
        if (!context.Cache.Remove(0, kept))
        {
            Subject.Require(context.Cache.GetLength() == subject.Prompt.Length, "a refused removal has removed something");
            return;
        }

        using var batch = new TokenBatch(64);
        for (int i = kept; i < subject.Prompt.Length; i++)
        {
            batch.Add(subject.Prompt[i], i, logits: true);
        }

        context.Decode(batch);
        Subject.Same(whole, context.GetLogits(), "after a cut");
    }

    public static void CutAndShift(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        subject.Evaluate(context, 0);
        if (!context.Cache.CanShift)
        {
            try
            {
                context.Cache.Shift(0, 2, null, -1);
            }
            catch (InvalidOperationException)
            {
                return;
            }

            throw new WrongAnswerException("a shift that CanShift denies");
        }

        if (context.Cache.Remove(0, 1, 2))
        {
            context.Cache.Shift(0, 2, null, -1);
        }

        using var batch = new TokenBatch(1);
        batch.Add(subject.Prompt[0], context.Cache.GetPositions()!.Value.Max + 1, logits: true);
        context.Decode(batch);
        Subject.Finite(context.GetLogits(), subject.Model.Vocabulary.Count);
    }

    public static void KeepAndClear(Subject subject)
    {
        using LlamaContext context = subject.NewContext(
            options => options with { MaxSequences = 3, UnifiedCache = subject.Model.IsEncoderDecoder });
        subject.Evaluate(context, 0, 1);
        context.Cache.Copy(0, 2);
        Subject.Require(context.Cache.GetPositions(2) == context.Cache.GetPositions(0), "a copy with other positions");
        context.Cache.Keep(2);
        Subject.Require(context.Cache.GetPositions(0) is null && context.Cache.GetPositions(1) is null, "more than one was kept");
        context.Cache.Clear();
        Subject.Require(context.Cache.GetPositions(2) is null, "the cache is not clear");
        Subject.Finite(subject.Logits(context), subject.Model.Vocabulary.Count);
    }

    /// <summary>A part of a sequence, which only a unified cache copies.</summary>
    public static void CopyPart(Subject subject)
    {
        using LlamaContext context = subject.NewContext(options => options with { MaxSequences = 2, UnifiedCache = true });
        subject.Evaluate(context, 0);
        context.Cache.Copy(0, 1, 0, 2);
        if (subject.Model.IsEncoderDecoder)
        {
            return; // the copy's sequence has no encoded input
        }

        using var batch = new TokenBatch(1);
        batch.Add(subject.Prompt[2], context.Cache.GetPositions(1)!.Value.Max + 1, 1, logits: true);
        context.Decode(batch);
        Subject.Finite(context.GetLogits(), subject.Model.Vocabulary.Count);
    }

    /// <summary>More tokens than cells are refused before llama.cpp sees them; recurrent models have no limit.</summary>
    public static void FullCache(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        subject.Evaluate(context, 0);
        _ = context.Cache.GetPositions(); // a model without a cache refuses here
        using var batch = new TokenBatch(64);
        try
        {
            for (int position = context.Cache.GetLength(); position < 400;)
            {
                batch.Clear();
                for (int i = 0; i < 60; i++)
                {
                    batch.Add(subject.Prompt[0], position++, logits: i == 59);
                }

                context.Decode(batch);
            }
        }
        catch (CacheFullException)
        {
            return;
        }
        catch (ArgumentException) when (context.SequenceSize == subject.Model.ContextLength)
        {
            return; // the table of positions ends with the cache
        }

        Subject.Require(subject.Model.IsRecurrent, "400 tokens in 256 cells");
    }

    /// <summary>A context of twice the trained length; a model with a table of positions ends at the trained one.</summary>
    public static void BeyondTheTrainedLength(Subject subject)
    {
        using LlamaContext context = subject.NewContext(options => options with { ContextSize = 512 });
        subject.Evaluate(context, 0);
        using var batch = new TokenBatch(64);
        for (int position = context.Cache.GetLength(); position < context.SequenceSize;)
        {
            batch.Clear();
            for (int i = 0; i < 60 && position < context.SequenceSize; i++)
            {
                batch.Add(subject.Prompt[0], position++, logits: true);
            }

            context.Decode(batch);
        }

        Subject.Finite(context.GetLogits(), subject.Model.Vocabulary.Count);
        if (context.SequenceSize < 512)
        {
            batch.Clear();
            batch.Add(subject.Prompt[0], context.SequenceSize, logits: true);
            try
            {
                context.Decode(batch);
            }
            catch (ArgumentException)
            {
                return;
            }

            throw new WrongAnswerException("a position beyond the table");
        }
    }

    /// <summary>A sequence that does not begin at position 0.</summary>
    public static void HighPositions(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        using var batch = new TokenBatch(64);
        Subject.Fill(batch, subject.Prompt);
        if (subject.Model.IsEncoderDecoder)
        {
            context.Encode(batch);
        }

        foreach (int start in (int[])[200, 1000, 100_000])
        {
            batch.Clear();
            batch.Add(subject.Prompt[0], start, logits: true);
            batch.Add(subject.Prompt[1], start + 1, logits: true);
            try
            {
                context.Decode(batch);
            }
            catch (ArgumentException)
            {
                return;
            }

            if (subject.Row.Kind is not ArchitectureKind.Encoder)
            {
                Subject.Finite(context.GetLogits(), subject.Model.Vocabulary.Count);
            }

            if (!subject.Row.HasNoCache)
            {
                context.Cache.Clear();
            }
        }
    }

    public static void Cancel(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        using var batch = new TokenBatch(64);
        Subject.Fill(batch, subject.Prompt);
        if (subject.Model.IsEncoderDecoder)
        {
            context.Encode(batch);
        }

        try
        {
            context.Decode(batch, new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            context.Decode(batch);
            return;
        }

        throw new WrongAnswerException("a cancelled evaluation");
    }

    public static void Observe(Subject subject)
    {
        var counter = new Counter();
        using LlamaContext context = subject.NewContext(options => options with { Observer = counter });
        subject.Evaluate(context, 0);
        Subject.Require(counter.Count > 0, "nothing was observed");
    }

    public static void Asynchronous(Subject subject)
    {
        using LlamaContext context = subject.NewContext();
        using var batch = new TokenBatch(64);
        Subject.Fill(batch, subject.Prompt);
        context.DecodeAsync(batch).GetAwaiter().GetResult();
        context.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    public static void WithOptions(Subject subject, Func<ContextOptions, ContextOptions> change)
    {
        using LlamaContext context = subject.NewContext(change);
        if (context.BatchSize < subject.Prompt.Length)
        {
            using var one = new TokenBatch(1);
            one.Add(subject.Prompt[0], 0, logits: true);
            if (subject.Model.IsEncoderDecoder)
            {
                context.Encode(one);
            }

            context.Decode(one);
        }
        else
        {
            subject.Evaluate(context, 0);
        }

        if (subject.Model.GeneratesText)
        {
            Subject.Finite(context.GetLogits(), subject.Model.Vocabulary.Count);
        }
    }

    private sealed class Counter : IEvaluationObserver
    {
        public int Count { get; private set; }

        public bool Wants(in EvaluationNode node) => Count < 50;

        public void Observe(EvaluatedTensor tensor) => Count++;
    }
}
