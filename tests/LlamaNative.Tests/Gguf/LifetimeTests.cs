using LlamaNative.Gguf;
using LlamaNative.Tensors;

namespace LlamaNative.Tests.Gguf;

/// <summary>Use after dispose throws, and pages stay mapped while they are read.</summary>
public sealed class LifetimeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_disposed_file_refuses_values_and_tensors()
    {
        GgufFile file = Open();
        GgufValue value = file.Metadata["list"];
        GgufTensorInfo tensor = file.Tensors["t"];
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => value.GetStrings());
        Assert.Throws<ObjectDisposedException>(() => file.Metadata["list"].GetStrings());
        Assert.Throws<ObjectDisposedException>(() => tensor.Open().Dispose());
        Assert.Throws<ObjectDisposedException>(() => new GgufEditor(file).Save(_folder["copy.gguf"]));
        Assert.False(File.Exists(_folder["copy.gguf"]));
        Assert.Equal("list", Assert.Single(file.Metadata.Keys));
    }

    [Fact]
    public void An_open_view_outlives_its_file()
    {
        GgufFile file = Open();
        using GgufTensorView view = file.Tensors["t"].Open();
        file.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(4095 % 256, view.Bytes[4095]);
    }

    [Fact]
    public void A_forgotten_file_does_not_pull_pages_from_under_a_view()
    {
        GgufTensorView view = OpenAndForget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.Equal(255, view.Range(255, 1)[0]);
        view.Dispose();
    }

    [Fact]
    public void A_disposed_view_refuses_also_through_a_copy()
    {
        using GgufFile file = Open();
        GgufTensorView view = file.Tensors["t"].Open();
        GgufTensorView copy = view;
        view.Dispose();
        view.Dispose();
        copy.Dispose();
        bool refused = false;
        try
        {
            _ = copy.Bytes[0];
        }
        catch (ObjectDisposedException)
        {
            refused = true;
        }

        Assert.True(refused);
        using GgufTensorView again = file.Tensors["t"].Open();
        Assert.Equal(1, again.Bytes[1]);
    }

    [Fact]
    public void Ranges_outside_the_tensor_are_refused()
    {
        using GgufFile file = Open();
        GgufTensorInfo tensor = file.Tensors["t"];
        Assert.Throws<ArgumentOutOfRangeException>(() => Length(tensor, 4090, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => Length(tensor, -1, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => Length(tensor, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Length(tensor, long.MaxValue, 1));
        Assert.Equal(6, Length(tensor, 4090, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rows(tensor, 16, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rows(tensor, 0, 17));
        Assert.Equal(512, Rows(tensor, 14, 2));

        static int Length(GgufTensorInfo tensor, long offset, int length)
        {
            using GgufTensorView view = tensor.Open();
            return view.Range(offset, length).Length;
        }

        static int Rows(GgufTensorInfo tensor, long first, int count)
        {
            using GgufTensorView view = tensor.Open();
            return view.Rows(first, count).Length;
        }
    }

    [Fact]
    public async Task Readers_and_the_one_who_disposes_never_collide()
    {
        for (int round = 0; round < 50; round++)
        {
            GgufFile file = Open();
            Task[] readers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => ReadUntilDisposed(file)))];
            file.Dispose();
            await Task.WhenAll(readers);
        }

        static void ReadUntilDisposed(GgufFile file)
        {
            try
            {
                while (true)
                {
                    using GgufTensorView view = file.Tensors["t"].Open();
                    Assert.Equal(255, view.Bytes[255]);
                    Assert.Equal("b", file.Metadata["list"].GetStrings()[1]);
                }
            }
            catch (ObjectDisposedException)
            {
            }
        }
    }

    private GgufTensorView OpenAndForget() => Open().Tensors["t"].Open();

    private GgufFile Open() => GgufFile.Open(_folder.Write(Path.GetRandomFileName(), new GgufBuilder()
        .Key("list", GgufValueType.Array, GgufValueType.String, 2L, "a", "b")
        .Tensor("t", GgmlType.F32, [64, 16], 4096)
        .Build()));
}
