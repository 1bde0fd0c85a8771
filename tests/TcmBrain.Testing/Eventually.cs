using System.Diagnostics;

namespace TcmBrain.Testing;

/// <summary>Waits for a state, with a bound; never for a length of time.</summary>
public static class Eventually
{
    /// <summary>What takes a second takes a minute on a machine that has thirty other things to do.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(180);

    /// <summary>Returns as soon as <paramref name="holds"/> does.</summary>
    /// <exception cref="TimeoutException">when it never did; says what was waited for, and the last exception if it threw</exception>
    public static async Task Be(Func<Task<bool>> holds, string what, TimeSpan? within = null)
    {
        var bound = within ?? Bound;
        var clock = Stopwatch.StartNew();
        Exception? last = null;
        var pause = 5;
        do
        {
            try
            {
                if (await holds())
                {
                    return;
                }

                last = null;
            }
            catch (Exception exception)
            {
                last = exception;
            }

            await Task.Delay(pause);
            pause = Math.Min(pause * 2, 200);
        } while (clock.Elapsed < bound);

        throw new TimeoutException($"Waited {bound.TotalSeconds:0} s in vain: {what}", last);
    }

    public static Task Be(Func<bool> holds, string what, TimeSpan? within = null) => Be(() => Task.FromResult(holds()), what, within);

    /// <summary>Passes as soon as the assertion does; its last failure is the test's.</summary>
    public static async Task Hold(Func<Task> assertion, TimeSpan? within = null)
    {
        Exception? failure = null;
        try
        {
            await Be(
                async () =>
                {
                    try
                    {
                        await assertion();
                        return true;
                    }
                    catch (Exception exception)
                    {
                        failure = exception;
                        return false;
                    }
                },
                "assertion",
                within
            );
        }
        catch (TimeoutException) when (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }
}
