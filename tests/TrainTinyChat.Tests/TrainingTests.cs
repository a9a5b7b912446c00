using TrainTinyChat.Graph;
using TrainTinyChat.Training;

namespace TrainTinyChat.Tests;

public sealed class TrainingTests
{
    [Fact]
    public void A_run_that_goes_on_from_a_checkpoint_ends_in_the_same_weights()
    {
        using var folder = new TemporaryFolder();
        using var whole = new TinyRun();
        Assert.True(whole.Trainer.Run(CancellationToken.None));

        using (var first = new TinyRun())
        {
            using var stop = new CancellationTokenSource();
            var trainer = new Trainer(first.Weights, new Batcher(first.Documents, 256, TinyRun.Seed),
                new TrainingGraph(first.Weights, first.Inputs, first.Backend), first.Inputs, new TrainerOptions
                {
                    Steps = 8,
                    Windows = 1,
                    WarmUp = 2,
                })
            {
                Progress = progress =>
                {
                    if (progress.Step == 3)
                    {
                        stop.Cancel();
                    }
                },
            };
            Assert.False(trainer.Run(stop.Token));
            trainer.Save(folder["checkpoint.gguf"], "run");
        }

        using var second = new TinyRun();
        second.Trainer.Resume(folder["checkpoint.gguf"], "run");
        Assert.Equal(3, second.Trainer.Step);
        Assert.True(second.Trainer.Run(CancellationToken.None));
        Assert.Equal(whole.AllWeights(), second.AllWeights());
        Assert.Equal(whole.Trainer.Losses, second.Trainer.Losses);
    }

    [Fact]
    public void A_seed_gives_one_file()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "a.gguf", "b.gguf" })
        {
            using var run = new TinyRun();
            run.Trainer.Run(CancellationToken.None);
            run.Export(folder[name]);
        }

        Assert.Equal(File.ReadAllBytes(folder["a.gguf"]), File.ReadAllBytes(folder["b.gguf"]));
    }

    [Fact]
    public void The_loss_falls()
    {
        using var run = new TinyRun(steps: 120);
        run.Trainer.Run(CancellationToken.None);
        Assert.InRange(run.Trainer.Losses[0], 5.5f, 6.5f); // ln 400 = 5.99: the untrained loss
        Assert.InRange(run.Trainer.Losses.TakeLast(10).Average(), 0, run.Trainer.Losses[0] - 1.5f);
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var run = new TinyRun();
        run.Trainer.Save(folder["checkpoint.gguf"], "one");
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => run.Trainer.Resume(folder["checkpoint.gguf"], "other"));
        Assert.Contains("another run", error.Message);
    }

    /// <summary>Documents are whole in windows and attend only to themselves, and the start of the next is not a target.</summary>
    [Fact]
    public void Batches_keep_documents_apart()
    {
        using var run = new TinyRun();
        var documents = new TokenizedDocument[] { new([7, 8, 9], [false, true, true]), new([5, 6], [true, true]),
            new([1], [true]), new([4, 4, 4, 4, 4, 4], [true, true, true, true, true, true]) };
        using var inputs = new BatchInputs(6, 1, run.Backend);
        var batcher = new Batcher(documents, 6, 0);
        Assert.Equal(2, batcher.WindowCount);
        batcher.Write(0, inputs);
        Assert.Equal([7, 8, 9, 5, 6, 1], inputs.Tokens.ToArray<int>());
        Assert.Equal([0, 1, 2, 0, 1, 0], inputs.Positions.ToArray<int>());
        Assert.Equal([8, 9, 0, 6, 0, 0], inputs.Targets.ToArray<int>());
        Assert.Equal([1 / 3f, 1 / 3f, 0, 1 / 3f, 0, 0], inputs.Weights.ToArray<float>());
        float[] mask = inputs.Mask.ToArray<float>();
        bool[] seen = [.. mask.Select(value => value == 0)];
        Assert.Equal([true, true, true, false, false, false], seen[12..18]);
        Assert.Equal([false, false, false, true, true, false], seen[24..30]);
    }

    [Fact]
    public void Later_rounds_come_in_another_order_that_the_seed_decides()
    {
        using var run = new TinyRun();
        int[] First(ulong seed, int step)
        {
            new Batcher(run.Documents, 256, seed).Write(step, run.Inputs);
            return run.Inputs.Tokens.ToArray<int>();
        }

        int round = new Batcher(run.Documents, 256, 1).WindowCount;
        Assert.Equal(First(1, 0), First(2, 0));
        Assert.Equal(First(1, round), First(1, round));
        Assert.NotEqual(First(1, round), First(2, round));
    }

    [Fact]
    public void The_learning_rate_rises_to_its_peak_and_falls_to_its_floor()
    {
        var rate = new LearningRate(2e-3f, 200, 1000);
        Assert.Equal(1e-5f, rate.At(0), 1e-9f);
        Assert.Equal(2e-3f, rate.At(199), 1e-9f);
        Assert.Equal(2e-3f * 0.525f, rate.At(600), 1e-6f); // half of the cosine: 0.05 + 0.95 / 2
        Assert.Equal(1e-4f, rate.At(1000), 1e-9f);
    }

    [Fact]
    public void The_loss_page_needs_nothing_from_elsewhere()
    {
        using var folder = new TemporaryFolder();
        LossPage.Write(folder["loss.html"], "Loss", [3, 2, 1.5f, 1], [(0, 3), (4, 1.2f)]);
        string page = File.ReadAllText(folder["loss.html"]);
        Assert.Contains("<polyline", page);
        Assert.DoesNotContain("http", page);
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("NaN", page);
    }
}
