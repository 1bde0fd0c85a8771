using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Cockpit.Folding;

/// <summary>The fold's SQL: a fixed number of statements, however many facts.</summary>
internal static class FoldStore
{
    /// <summary>Told on commit to everyone who follows the facts; the payload is empty, or <see cref="Rebuilt"/>.</summary>
    public const string Channel = "cockpit";
    public const string Rebuilt = "rebuilt";

    /// <summary>
    /// Takes <paramref name="count"/> ids for facts and with them the right to write: others wait until this transaction ends.
    /// </summary>
    /// <returns>the last id before</returns>
    public static async Task<long> TakePositionAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int count,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            "update cockpit.position set last = last + $1 returning last - $1",
            connection,
            transaction
        )
        {
            Parameters = { new() { Value = (long)count } },
        };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Writes facts under the ids from <paramref name="before"/> + 1 on.</summary>
    public static async Task AppendAsync(
        NpgsqlConnection connection,
        long before,
        IReadOnlyList<Fact> facts,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            copy cockpit.facts (id, message_id, type, aggregate_id, version, revision, institution, region, centre, occurred_at,
                                reference, detail, topic, amount, quantity, items, flag, pieces, weights) from stdin (format binary)
            """;
        await using var copy = await connection.BeginBinaryImportAsync(sql, cancellationToken);
        foreach (var fact in facts)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(++before, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(fact.MessageId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(fact.Type, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(fact.AggregateId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(fact.Version, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(fact.Revision, NpgsqlDbType.Integer, cancellationToken);
            await TextAsync(fact.Institution);
            await TextAsync(fact.Region);
            await TextAsync(fact.Centre);
            await copy.WriteAsync(fact.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await TextAsync(fact.Reference);
            await TextAsync(fact.Detail);
            await TextAsync(fact.Topic);
            await copy.WriteAsync(fact.Amount, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(fact.Quantity, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(fact.Items, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(fact.Flag, NpgsqlDbType.Boolean, cancellationToken);
            await ArrayAsync(fact.Pieces, NpgsqlDbType.Text);
            await ArrayAsync(fact.Weights, NpgsqlDbType.Bigint);
        }

        await copy.CompleteAsync(cancellationToken);

        Task TextAsync(string? value) =>
            value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, NpgsqlDbType.Text, cancellationToken);

        Task ArrayAsync<T>(T[]? value, NpgsqlDbType type) =>
            value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, NpgsqlDbType.Array | type, cancellationToken);
    }

    /// <summary>Adds a tally to the tables, in one round trip.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Tally tally,
        IReadOnlyCollection<InstitutionEntry> institutions,
        string notification,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (institutions.Count > 0)
        {
            batch.BatchCommands.Add(RememberInstitutions(institutions));
        }

        if (tally.Prescriptions.Count > 0)
        {
            batch.BatchCommands.Add(Advance(tally));
        }

        if (tally.Rankings.Count > 0)
        {
            batch.BatchCommands.Add(AddRankings(tally));
        }

        batch.BatchCommands.Add(AddCounters(tally));
        var notify = new NpgsqlBatchCommand("select pg_notify($1, $2)");
        notify.Parameters.Add(new() { Value = Channel });
        notify.Parameters.Add(new() { Value = notification });
        batch.BatchCommands.Add(notify);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    // Keys are sorted by the primary key, so rows are always locked in one order, whoever writes.
    private static NpgsqlBatchCommand AddCounters(Tally tally)
    {
        var rows = tally.Counters.OrderBy(c => c.Key).ToArray();
        var command = new NpgsqlBatchCommand(
            """
            insert into cockpit.counters as c (kind, code, day, hour, metric, value, last_fact)
            select u.kind::"char", u.code, u.day, u.hour, u.metric, u.value, p.last
            from unnest($1, $2, $3, $4, $5, $6) u (kind, code, day, hour, metric, value), cockpit.position p
            on conflict (kind, code, day, hour, metric) do update set value = c.value + excluded.value, last_fact = excluded.last_fact
            """
        );
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Scope.Kind.ToString());
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Scope.Code);
        Add(command, rows, NpgsqlDbType.Date, r => r.Key.Day);
        Add(command, rows, NpgsqlDbType.Smallint, r => r.Key.Hour);
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Metric);
        Add(command, rows, NpgsqlDbType.Bigint, r => r.Value);
        return command;
    }

    private static NpgsqlBatchCommand AddRankings(Tally tally)
    {
        var rows = tally.Rankings.OrderBy(r => r.Key).ToArray();
        var command = new NpgsqlBatchCommand(
            """
            insert into cockpit.rankings as r (list, day, region, institution, topic, count, amount)
            select * from unnest($1, $2, $3, $4, $5, $6, $7)
            on conflict (list, day, region, institution, topic)
                do update set count = r.count + excluded.count, amount = r.amount + excluded.amount
            """
        );
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.List);
        Add(command, rows, NpgsqlDbType.Date, r => r.Key.Day);
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Region);
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Institution);
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Topic);
        Add(command, rows, NpgsqlDbType.Bigint, r => r.Value.Count);
        Add(command, rows, NpgsqlDbType.Bigint, r => r.Value.Amount);
        return command;
    }

    /// <summary>Moves prescriptions forward, never back, and with them the counts of who stands where.</summary>
    private static NpgsqlBatchCommand Advance(Tally tally)
    {
        var rows = tally.Prescriptions.OrderBy(p => p.Key).ToArray();
        // before sees the table as it was when the statement began, and nobody else writes: the position is held.
        var command = new NpgsqlBatchCommand(
            """
            with incoming as (select * from unnest($1, $2, $3, $4) i (id, region, institution, progress)),
            before as materialized (select p.id, p.progress from cockpit.prescriptions p where p.id = any($1)),
            moved as (
                insert into cockpit.prescriptions as p (id, region, institution, progress) select * from incoming
                on conflict (id) do update set progress = excluded.progress where p.progress < excluded.progress
                returning p.id, p.region, p.institution, p.progress),
            steps as (
                select m.region, m.institution, (m.progress % 1000)::smallint as stage, 1 as delta from moved m
                union all
                select m.region, m.institution, (b.progress % 1000)::smallint, -1 from moved m join before b on b.id = m.id)
            insert into cockpit.standing as s (kind, code, stage, value, last_fact)
            select o.kind, o.code, t.stage, sum(t.delta), (select last from cockpit.position)
            from steps t cross join lateral cockpit.scopes_of(t.region, t.institution) o
            group by o.kind, o.code, t.stage having sum(t.delta) <> 0
            order by o.kind, o.code, t.stage
            on conflict (kind, code, stage) do update set value = s.value + excluded.value, last_fact = excluded.last_fact
            """
        );
        Add(command, rows, NpgsqlDbType.Uuid, r => r.Key);
        Add(command, rows, NpgsqlDbType.Text, r => r.Value.Region);
        Add(command, rows, NpgsqlDbType.Text, r => r.Value.Institution);
        Add(command, rows, NpgsqlDbType.Bigint, r => r.Value.Progress);
        return command;
    }

    private static NpgsqlBatchCommand RememberInstitutions(IReadOnlyCollection<InstitutionEntry> institutions)
    {
        var rows = institutions.OrderBy(i => i.Code, StringComparer.Ordinal).ToArray();
        var command = new NpgsqlBatchCommand(
            """
            insert into cockpit.institutions as i (code, name_zh, name_en, kind, region, entry_version, suspended, status_version)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (code) do update set
                name_zh = case when excluded.entry_version > i.entry_version then excluded.name_zh else i.name_zh end,
                name_en = case when excluded.entry_version > i.entry_version then excluded.name_en else i.name_en end,
                kind = case when excluded.entry_version > i.entry_version then excluded.kind else i.kind end,
                region = case when excluded.entry_version > i.entry_version then excluded.region else i.region end,
                entry_version = greatest(i.entry_version, excluded.entry_version),
                suspended = case when excluded.status_version > i.status_version then excluded.suspended else i.suspended end,
                status_version = greatest(i.status_version, excluded.status_version)
            """
        );
        Add(command, rows, NpgsqlDbType.Text, r => r.Code);
        Add(command, rows, NpgsqlDbType.Text, r => r.NameZh);
        Add(command, rows, NpgsqlDbType.Text, r => r.NameEn);
        Add(command, rows, NpgsqlDbType.Text, r => r.Kind);
        Add(command, rows, NpgsqlDbType.Text, r => r.Region);
        Add(command, rows, NpgsqlDbType.Integer, r => r.EntryVersion);
        Add(command, rows, NpgsqlDbType.Boolean, r => r.Suspended);
        Add(command, rows, NpgsqlDbType.Integer, r => r.StatusVersion);
        return command;
    }

    private static void Add<TRow, T>(NpgsqlBatchCommand command, TRow[] rows, NpgsqlDbType type, Func<TRow, T> column) =>
        command.Parameters.Add(new() { Value = Array.ConvertAll(rows, r => column(r)), NpgsqlDbType = NpgsqlDbType.Array | type });
}
