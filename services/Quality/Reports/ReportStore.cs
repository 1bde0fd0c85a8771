using System.Security.Claims;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Quality.Evaluation;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Reports;

public sealed record ReportItem(
    Guid ReportId,
    string RegionCode,
    string Month,
    int Version,
    string Sha256,
    DateTimeOffset FrozenAt,
    string FrozenBy
);

/// <summary>Freezes monthly reports and keeps them. The same month without a change is the same report.</summary>
internal sealed class ReportStore(NpgsqlDataSource database, ReportReader reader, IOptions<SupervisionSettings> settings, TimeProvider time)
{
    private const string Columns = "report_id, region_code, month, version, sha256, frozen_at, by_name";

    public async Task<(ReportItem Item, bool Recorded)> FreezeAsync(
        ClaimsPrincipal caller,
        string region,
        Period month,
        CancellationToken cancellationToken
    )
    {
        if (!Sight.Of(caller, settings.Value).Holds(region))
        {
            throw QualityFaults.RegionNotYours.Exception("region");
        }

        var text = (await reader.ComposeAsync(region, month, cancellationToken)).ToText();
        var hash = PublishedEvaluation.HashOf(text);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var alone = Command("select pg_advisory_xact_lock(hashtextextended($1, 8))", $"{region} {month.Text}"))
        {
            await alone.ExecuteNonQueryAsync(cancellationToken);
        }

        ReportItem? last = null;
        await using (
            var newest = Command(
                $"select {Columns} from quality.monthly_report where region_code = $1 and month = $2 order by version desc limit 1",
                region,
                month.From
            )
        )
        await using (var row = await newest.ExecuteReaderAsync(cancellationToken))
        {
            last = await row.ReadAsync(cancellationToken) ? Item(row) : null;
        }

        if (last is not null && last.Sha256 == Convert.ToHexStringLower(hash))
        {
            return (last, false);
        }

        var made = new ReportItem(
            Guid.CreateVersion7(),
            region,
            month.Text,
            (last?.Version ?? 0) + 1,
            Convert.ToHexStringLower(hash),
            time.GetUtcNow(),
            caller.DisplayName()
        );
        await using var insert = Command(
            $"insert into quality.monthly_report ({Columns}, by_subject, content) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            made.ReportId,
            region,
            month.From,
            made.Version,
            hash,
            made.FrozenAt,
            made.FrozenBy,
            caller.Subject(),
            text
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (made, true);

        NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
        {
            var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var value in values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            return command;
        }
    }

    /// <summary>Those in sight, the newest month and version in front.</summary>
    public async Task<IReadOnlyList<ReportItem>> ListAsync(ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from quality.monthly_report where {Sight.Region} order by month desc, region_code, version desc limit 200"
        );
        Sight.Of(caller, settings.Value).Guard(command);
        var items = new List<ReportItem>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            items.Add(Item(row));
        }

        return items;
    }

    /// <exception cref="ServiceDefaults.Faults.FaultException">QUA-0721</exception>
    public async Task<(ReportItem Item, string Text)> ReadAsync(ClaimsPrincipal caller, Guid reportId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns}, content from quality.monthly_report where report_id = @id and {Sight.Region}"
        );
        Sight.Of(caller, settings.Value).Guard(command);
        command.Parameters.AddWithValue("id", reportId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (Item(row), row.GetString(7))
            : throw QualityFaults.ReportNotFound.Exception("reportId");
    }

    private static ReportItem Item(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetString(1),
            Period.OfMonth(row.GetFieldValue<DateOnly>(2)).Text,
            row.GetInt32(3),
            Convert.ToHexStringLower(row.GetFieldValue<byte[]>(4)),
            row.GetFieldValue<DateTimeOffset>(5),
            row.GetString(6)
        );
}
