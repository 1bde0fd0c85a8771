using System.Text.Encodings.Web;
using System.Text.Json;
using Aspire.Hosting.Operations;
using TcmBrain.MachineServers;

namespace Aspire.Hosting.Running;

/// <summary>
/// <c>run/localhost.json</c>: what the command line's tools need of the running instance, connection strings included, so only
/// its owner may read it. Replaced as a whole at each change, removed at the end.
/// </summary>
internal sealed class StateFile(ApplicationRun run, DataFolder data, OperationsPage page)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private readonly DateTimeOffset started = DateTimeOffset.UtcNow;

    public async Task KeepAsync(CancellationToken shutdown)
    {
        try
        {
            while (true)
            {
                var change = run.Changes.Next;
                Write();
                await change.WaitAsync(shutdown).ConfigureAwait(false);
                await Task.Delay(50, shutdown).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The folder is let go of, with this file, when all has stopped.
        }
    }

    private void Write() =>
        PrivateFile.Write(
            data.StateFile,
            JsonSerializer.Serialize(
                new
                {
                    Pid = Environment.ProcessId,
                    StartedAt = started,
                    DataFolder = data.Root,
                    OperationsUrl = page.Url,
                    OperationsToken = page.Token,
                    Resources = run.Runners.Select(runner => new
                    {
                        runner.Name,
                        runner.Kind,
                        runner.State,
                        Health = ResourceStatus.HealthOf(runner),
                        runner.Urls,
                        Pid = runner.ProcessId,
                        runner.Restarts,
                        Log = runner.Log.FilePath,
                        runner.ConnectionString,
                    }),
                },
                Json
            )
        );
}
