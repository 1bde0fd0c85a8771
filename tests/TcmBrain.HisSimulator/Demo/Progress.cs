using Spectre.Console;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>A bar on a terminal; a line for every tenth part anywhere else.</summary>
internal static class Progress
{
    public static async Task RunAsync(string title, Func<Action<int, int>, Task> work)
    {
        if (Console.IsOutputRedirected)
        {
            var shown = -1;
            await work(
                (done, of) =>
                {
                    var tenth = of == 0 ? 10 : done * 10 / of;
                    if (Interlocked.Exchange(ref shown, tenth) != tenth)
                    {
                        Console.WriteLine($"{title}: {done}/{of}");
                    }
                }
            );
            return;
        }

        await AnsiConsole
            .Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(title), maxValue: 1);
                await work(
                    (done, of) =>
                    {
                        bar.MaxValue = Math.Max(1, of);
                        bar.Value = done;
                        bar.Description = Markup.Escape($"{title} {done}/{of}");
                    }
                );
                bar.Value = bar.MaxValue;
            });
    }
}
