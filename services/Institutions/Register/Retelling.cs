using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Institutions.Practitioners;
using TcmBrain.Institutions.Regions;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.Register;

/// <summary>
/// Tells the whole register once more when its events have come to say more than they did (再次告知), and the regions that were there from the
/// beginning, of which no event told. Each entry with the version it has and the time it was changed: who has it already loses nothing.
/// </summary>
internal sealed class Retelling(EventExchange exchange, NpgsqlDataSource database, TimeProvider time) : IStartupTask
{
    private const int Batch = 1000;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        DateTime upTo;
        // One replica tells; the others wait here and then find it done.
        await using (var due = work.Command("update institutions.retelling set done_at = now() where done_at is null returning up_to"))
        {
            if (await due.ExecuteScalarAsync(cancellationToken) is not DateTime told)
            {
                return;
            }

            upTo = told;
        }

        await RegionsAsync(work, upTo, cancellationToken);
        var today = RegionTime.DayOf(time.GetUtcNow());
        await TellAsync(
            work,
            $"select {InstitutionTable.Columns} from institutions.institution i where i.updated_at <= $1 order by i.code",
            upTo,
            row => InstitutionTable.Read(row, today),
            institution => institution.ToChanged(institution.UpdatedAt, []),
            cancellationToken
        );
        await TellAsync(
            work,
            $"select {PractitionerTable.Columns} from institutions.practitioner p where p.updated_at <= $1 order by p.code",
            upTo,
            row => PractitionerTable.Read(row, today),
            person => person.ToChanged(person.UpdatedAt, []),
            cancellationToken
        );
        await work.CommitAsync(cancellationToken);
    }

    private static async Task RegionsAsync(Work work, DateTime upTo, CancellationToken cancellationToken)
    {
        var told = new List<RegionChanged>();
        await using (
            var command = work.Command(
                $"select {RegionRegister.Columns}, r.updated_at from institutions.region r where r.updated_at <= $1 order by r.code",
                upTo
            )
        )
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                told.Add(RegionRegister.Told(RegionRegister.Read(reader), reader.GetFieldValue<DateTimeOffset>(10)));
            }
        }

        told.ForEach(e => work.Publish(e));
        await work.FlushAsync(cancellationToken);
    }

    /// <summary>Read on a connection of its own while the work writes: memory holds one batch, however large the register.</summary>
    private async Task TellAsync<T>(
        Work work,
        string sql,
        DateTime upTo,
        Func<System.Data.Common.DbDataReader, T> read,
        Func<T, Event> tell,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = upTo });
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var waiting = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            work.Publish(tell(read(reader)));
            if (++waiting == Batch)
            {
                await work.FlushAsync(cancellationToken);
                waiting = 0;
            }
        }

        await work.FlushAsync(cancellationToken);
    }
}
