using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TcmBrain.Knowledge;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.CatalogueCopy;

/// <summary>Brings the newest copy into this replica: before it is ready, then every second.</summary>
internal sealed partial class CatalogueRefresh(
    CurrentCatalogue current,
    CatalogueSchema schema,
    NpgsqlDataSource database,
    TimeProvider time,
    ILogger<CatalogueRefresh> logger
) : TableCopy(time, logger), IStartupTask
{
    private readonly List<long> refused = [];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        long publication;
        byte[] archive;
        await using (
            var command = database.CreateCommand(
                $"""
                select publication, archive from {schema.Name}.catalogue_copies
                where publication > $1 and publication <> all ($2) order by publication desc limit 1
                """
            )
        )
        {
            command.Parameters.Add(new() { Value = current.Publication });
            command.Parameters.Add(new() { Value = refused.ToArray() });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return;
            }

            (publication, archive) = (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
        }

        try
        {
            var catalogue = await Task.Run(() => Catalogue.Load(ReleaseFiles.FromArchive(archive)), cancellationToken);
            current.Switch(catalogue, publication);
            LogSwitched($"{catalogue.Release}", publication);
        }
        catch (BrokenReleaseException e)
        {
            // Whole when it was published, so this build is older than it: the newest that fits answers.
            refused.Add(publication);
            LogRefused(publication, e.Message);
            await ReadAsync(cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The catalogue is {Release}, publication {Publication}")]
    private partial void LogSwitched(string release, long publication);

    [LoggerMessage(Level = LogLevel.Error, Message = "The catalogue of publication {Publication} does not fit this build: {Reason}")]
    private partial void LogRefused(long publication, string reason);
}
