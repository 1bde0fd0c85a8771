using System.Diagnostics;

namespace TcmBrain.Testing.Running;

/// <summary>A program that ran to its end.</summary>
public sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    /// <exception cref="TimeoutException">It did not end in time, and was ended with all that it started.</exception>
    public static async Task<ToolRun> RunAsync(ProcessStartInfo start, TimeSpan within)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        process.StandardInput.Close();
        using var bound = new CancellationTokenSource(within);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{string.Join(' ', start.ArgumentList)} did not end within {within.TotalSeconds:0} s: {await output}{await errors}"
            );
        }

        return new ToolRun(process.ExitCode, await output, await errors);
    }

    public override string ToString() => $"exit code {ExitCode}\n{Errors}\n{Output}";
}
