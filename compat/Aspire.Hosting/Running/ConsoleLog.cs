namespace Aspire.Hosting.Running;

/// <summary>The lines of all resources on one console, each with its name in front, in a colour of its own on a terminal.</summary>
internal sealed class ConsoleLog
{
    private static readonly string[] Colours = ["36", "32", "33", "35", "34", "96", "92", "93", "95", "94"];
    private readonly Lock gate = new();
    private readonly bool colour = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private int width;
    private int given;

    public Action<string> For(string name)
    {
        width = Math.Max(width, name.Length);
        var code = Colours[given++ % Colours.Length];
        return line =>
        {
            var padded = name.PadRight(width);
            lock (gate)
                Console.Out.WriteLine(colour ? $"\e[{code}m{padded} │\e[0m {line}" : $"{padded} | {line}");
        };
    }

    public void Say(string text)
    {
        lock (gate)
            Console.Out.WriteLine(text);
    }

    public void Complain(string text)
    {
        lock (gate)
            Console.Error.WriteLine(colour ? $"\e[31m{text}\e[0m" : text);
    }
}
