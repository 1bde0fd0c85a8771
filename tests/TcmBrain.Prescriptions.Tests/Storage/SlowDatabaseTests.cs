using Npgsql;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Storage;

/// <summary>A database that answers, but too slowly for a service that has just started.</summary>
public sealed class SlowDatabaseTests(Servers servers)
{
    [Fact]
    public async Task Whoever_waits_in_vain_for_the_first_connection_is_told_that_the_database_is_away()
    {
        var settings = new NpgsqlConnectionStringBuilder(await servers.DatabaseAsync("prescriptions"));
        await using var holder = new NpgsqlConnection(settings.ConnectionString);
        await holder.OpenAsync();
        await using var holding = await holder.BeginTransactionAsync();
        // What every first connection reads.
        await using (var block = new NpgsqlCommand("lock table pg_catalog.pg_type in access exclusive mode", holder, holding))
        {
            await block.ExecuteNonQueryAsync();
        }

        settings.Timeout = 1;
        settings.CommandTimeout = 3;
        await using var database = NpgsqlDataSource.Create(settings);
        var failures = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Should.ThrowAsync<Exception>(async () => await database.OpenConnectionAsync()))
        );

        failures.ShouldAllBe(failure =>
            FaultMapping.IsDatabaseAway(failure) && (failure is NpgsqlException || failure is TimeoutException)
        );
    }
}
