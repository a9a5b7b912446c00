using LlamaNative.Models;

namespace LlamaNative.Tests.Models;

/// <summary>If these fail, a bad file is loaded before it is judged, or a load waits for what it does not need.</summary>
public sealed class SideThreadTests
{
    [Fact]
    public void Join_waits_for_the_work_and_not_for_what_comes_after()
    {
        using var mayWork = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        using var over = new ManualResetEventSlim();
        bool worked = false;
        var thread = new SideThread(
            () =>
            {
                mayWork.Wait();
                worked = true;
            },
            afterwards: () =>
            {
                mayGoOn.Wait();
                over.Set();
            });
        mayWork.Set();
        thread.Join();
        Assert.True(worked);
        Assert.False(over.IsSet);
        mayGoOn.Set();
        over.Wait();
        thread.Join(); // again, at once
    }

    [Fact]
    public void Join_throws_what_the_work_threw_and_nothing_comes_after()
    {
        bool after = false;
        var thread = new SideThread(() => throw new InvalidDataException("bad file"), afterwards: () => after = true);
        Assert.Equal("bad file", Assert.Throws<InvalidDataException>(thread.Join).Message);
        Assert.False(after);
    }

    [Fact]
    public void An_error_of_what_comes_after_ends_nothing()
    {
        using var thrown = new ManualResetEventSlim();
        var thread = new SideThread(
            () => { },
            afterwards: () =>
            {
                thrown.Set();
                throw new InvalidOperationException();
            });
        thrown.Wait();
        thread.Join();
    }
}
