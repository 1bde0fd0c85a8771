using Npgsql;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Prescriptions.Releases;

/// <summary>Brings the newest publication into this replica: before it is ready, then every second.</summary>
internal sealed partial class ReleaseRefresh(CurrentRelease current, ReleaseStore store, TimeProvider time, ILogger<ReleaseRefresh> logger)
    : TableCopy(time, logger),
        IStartupTask
{
    private readonly List<long> refused = [];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var publication = await store.NewestPublicationAsync(refused, cancellationToken);
        if (publication == current.Publication)
        {
            current.MarkRead();
            return;
        }

        var archive = await store.PublishedArchiveAsync(publication, cancellationToken);
        try
        {
            // Read and checked beside the calls in flight; only then does it take the other's place.
            var release = await Task.Run(() => AuditRelease.Load(AuditReleaseFiles.FromArchive(archive)), cancellationToken);
            current.Switch(release, publication);
            current.MarkRead();
            LogSwitched(release.Name, publication);
        }
        catch (BrokenReleaseException e)
        {
            // It was whole when it was published, so this build asks for rules that it does not have: the newest that fits answers, under
            // its own name.
            refused.Add(publication);
            LogRefused(publication, e.Message);
            await ReadAsync(cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Audits answer under release {Release}, publication {Publication}")]
    private partial void LogSwitched(string release, long publication);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Publication {Publication} does not fit this build, the newest that does answers: {Reason}"
    )]
    private partial void LogRefused(long publication, string reason);
}
