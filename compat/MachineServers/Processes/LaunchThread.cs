using System.Collections.Concurrent;

namespace TcmBrain.MachineServers.Processes;

/// <summary>
/// Every child is started from one thread that lives as long as the process: the kernel ties a parent-death signal to the
/// thread that forked, and a pool thread that retires would take the child with it.
/// </summary>
internal static class LaunchThread
{
    private static readonly BlockingCollection<Action> Work = [];

    static LaunchThread()
    {
        var thread = new Thread(() =>
        {
            foreach (var action in Work.GetConsumingEnumerable())
                action();
        })
        {
            IsBackground = true,
            Name = "child-launcher",
        };
        thread.Start();
    }

    public static T Run<T>(Func<T> start)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(start());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }
}
