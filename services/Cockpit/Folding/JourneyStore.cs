using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Cockpit.Folding;

/// <summary>Journeys as they stand in the database.</summary>
internal static class JourneyStore
{
    public const string Columns = """
        id, region, institution, revision, progress, received, approved, reserved, checked, started, decocted, shipped, delivered,
        routed_version, routed, centre, promised, district, urgent
        """;

    /// <summary>By the primary key.</summary>
    public static NpgsqlBatchCommand Find(IEnumerable<Guid> ids)
    {
        var command = new NpgsqlBatchCommand($"select {Columns} from cockpit.journeys where id = any($1)");
        command.Parameters.Add(new() { Value = ids.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        return command;
    }

    public static async Task<Dictionary<Guid, Journey>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var journeys = new Dictionary<Guid, Journey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            journeys[reader.GetGuid(0)] = Read(reader);
        }

        return journeys;
    }

    /// <summary>Reads <see cref="Columns"/> that begin at a column.</summary>
    public static Journey Read(NpgsqlDataReader reader, int first = 0) =>
        new()
        {
            Region = reader.GetString(first + 1),
            Institution = reader.GetString(first + 2),
            Revision = reader.GetInt32(first + 3),
            Progress = reader.GetInt64(first + 4),
            Received = reader.GetInt64(first + 5),
            Approved = reader.GetInt64(first + 6),
            Reserved = reader.GetInt64(first + 7),
            Checked = reader.GetInt64(first + 8),
            Started = reader.GetInt64(first + 9),
            Decocted = reader.GetInt64(first + 10),
            Shipped = reader.GetInt64(first + 11),
            Delivered = reader.GetInt64(first + 12),
            RoutedVersion = reader.GetInt32(first + 13),
            Routed = reader.GetInt64(first + 14),
            Centre = reader.IsDBNull(first + 15) ? null : reader.GetString(first + 15),
            Promised = reader.GetInt64(first + 16),
            District = reader.IsDBNull(first + 17) ? null : reader.GetString(first + 17),
            Urgent = reader.GetBoolean(first + 18),
        };

    public static string ColumnsOf(string table) =>
        string.Join(", ", Columns.Split(',', StringSplitOptions.TrimEntries).Select(c => $"{table}.{c}"));

    /// <summary>Puts these in the place of what was known; the caller holds the position.</summary>
    public static NpgsqlBatchCommand Put(IEnumerable<KeyValuePair<Guid, Journey>> journeys)
    {
        var rows = journeys.OrderBy(j => j.Key).ToArray();
        var command = new NpgsqlBatchCommand(
            $"""
            insert into cockpit.journeys ({Columns})
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            on conflict (id) do update set
                region = excluded.region, institution = excluded.institution, revision = excluded.revision, progress = excluded.progress,
                received = excluded.received, approved = excluded.approved, reserved = excluded.reserved, checked = excluded.checked,
                started = excluded.started, decocted = excluded.decocted, shipped = excluded.shipped, delivered = excluded.delivered,
                routed_version = excluded.routed_version, routed = excluded.routed, centre = excluded.centre,
                promised = excluded.promised, district = excluded.district, urgent = excluded.urgent
            """
        );
        Column(NpgsqlDbType.Uuid, j => j.Key);
        Column(NpgsqlDbType.Text, j => j.Value.Region);
        Column(NpgsqlDbType.Text, j => j.Value.Institution);
        Column(NpgsqlDbType.Integer, j => j.Value.Revision);
        Column(NpgsqlDbType.Bigint, j => j.Value.Progress);
        Column(NpgsqlDbType.Bigint, j => j.Value.Received);
        Column(NpgsqlDbType.Bigint, j => j.Value.Approved);
        Column(NpgsqlDbType.Bigint, j => j.Value.Reserved);
        Column(NpgsqlDbType.Bigint, j => j.Value.Checked);
        Column(NpgsqlDbType.Bigint, j => j.Value.Started);
        Column(NpgsqlDbType.Bigint, j => j.Value.Decocted);
        Column(NpgsqlDbType.Bigint, j => j.Value.Shipped);
        Column(NpgsqlDbType.Bigint, j => j.Value.Delivered);
        Column(NpgsqlDbType.Integer, j => j.Value.RoutedVersion);
        Column(NpgsqlDbType.Bigint, j => j.Value.Routed);
        Column(NpgsqlDbType.Text, j => j.Value.Centre);
        Column(NpgsqlDbType.Bigint, j => j.Value.Promised);
        Column(NpgsqlDbType.Text, j => j.Value.District);
        Column(NpgsqlDbType.Boolean, j => j.Value.Urgent);
        return command;

        void Column<T>(NpgsqlDbType type, Func<KeyValuePair<Guid, Journey>, T> column) =>
            command.Parameters.Add(new() { Value = Array.ConvertAll(rows, r => column(r)), NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    /// <summary>Writes all of them into a table that has none.</summary>
    public static async Task CopyAsync(
        NpgsqlConnection connection,
        string table,
        IEnumerable<KeyValuePair<Guid, Journey>> journeys,
        CancellationToken cancellationToken
    )
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            $"copy {table} ({Columns}) from stdin (format binary)",
            cancellationToken
        );
        foreach (var (id, j) in journeys)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(id, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(j.Region, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(j.Institution, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(j.Revision, NpgsqlDbType.Integer, cancellationToken);
            foreach (
                var number in (long[])
                    [j.Progress, j.Received, j.Approved, j.Reserved, j.Checked, j.Started, j.Decocted, j.Shipped, j.Delivered]
            )
            {
                await copy.WriteAsync(number, NpgsqlDbType.Bigint, cancellationToken);
            }

            await copy.WriteAsync(j.RoutedVersion, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(j.Routed, NpgsqlDbType.Bigint, cancellationToken);
            await TextAsync(j.Centre);
            await copy.WriteAsync(j.Promised, NpgsqlDbType.Bigint, cancellationToken);
            await TextAsync(j.District);
            await copy.WriteAsync(j.Urgent, NpgsqlDbType.Boolean, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);

        Task TextAsync(string? value) =>
            value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, NpgsqlDbType.Text, cancellationToken);
    }
}
