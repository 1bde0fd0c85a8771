namespace Aspire.Hosting.Running;

/// <summary>One resource's log: the last lines in memory for the operations page, all of it in a file that is rotated by size.</summary>
internal sealed class LogBook : IDisposable
{
    private const int Remembered = 2_000;
    private const long FileBytes = 10 * 1024 * 1024;
    private const int OldFiles = 3;

    private readonly Lock gate = new();
    private readonly Queue<(long Number, string Text)> lines = new();
    private readonly Action<string>? echo;
    private StreamWriter? writer;
    private long written;
    private long number;

    public LogBook(string file, Action<string>? echo)
    {
        FilePath = file;
        this.echo = echo;
    }

    public string FilePath { get; }

    public ChangeSignal Changes { get; } = new();

    public void Write(string line)
    {
        lock (gate)
        {
            lines.Enqueue((++number, line));
            while (lines.Count > Remembered)
                lines.Dequeue();
            try
            {
                writer ??= Open();
                writer.WriteLine(line);
                written += line.Length + 1;
                if (written > FileBytes)
                    Rotate();
            }
            catch (IOException)
            {
                // A full disk must not end what the log tells of.
            }
        }
        echo?.Invoke(line);
        Changes.Pulse();
    }

    /// <summary>What LocalHost itself has to say about the resource.</summary>
    public void Tell(string text) => Write($"» {text}");

    /// <summary>The remembered lines after the given number, oldest first.</summary>
    public IReadOnlyList<(long Number, string Text)> After(long last)
    {
        lock (gate)
            return [.. lines.Where(line => line.Number > last)];
    }

    public IReadOnlyList<string> Tail(int count)
    {
        lock (gate)
            return [.. lines.TakeLast(count).Select(line => line.Text)];
    }

    public void Dispose()
    {
        lock (gate)
        {
            writer?.Dispose();
            writer = null;
        }
    }

    private StreamWriter Open()
    {
        var stream = new FileStream(FilePath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        written = stream.Length;
        return new StreamWriter(stream) { AutoFlush = true };
    }

    private void Rotate()
    {
        writer!.Dispose();
        writer = null;
        for (var i = OldFiles - 1; i >= 0; i--)
        {
            var from = i == 0 ? FilePath : $"{FilePath}.{i}";
            if (File.Exists(from))
                File.Move(from, $"{FilePath}.{i + 1}", overwrite: true);
        }
    }
}
