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
    /// Takes <paramref name="count"/> ids for facts and with them the right to write: others wait until this transaction ends. Then reads what is known
    /// of these journeys, in the same round trip.
    /// </summary>
    /// <returns>the last id before, and the journeys</returns>
    public static async Task<(long Before, Dictionary<Guid, Journey> Known)> TakePositionAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int count,
        IEnumerable<Guid> journeys,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        var take = new NpgsqlBatchCommand("update cockpit.position set last = last + $1 returning last - $1");
        take.Parameters.Add(new() { Value = (long)count });
        batch.BatchCommands.Add(take);
        batch.BatchCommands.Add(JourneyStore.Find(journeys));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var before = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        return (before, await JourneyStore.ReadAsync(reader, cancellationToken));
    }

    /// <summary>Adds what is counted to the tables, in two round trips. The caller holds the position.</summary>
    /// <param name="journeys">as they are now, those that have changed</param>
    public static async Task AddAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Tally tally,
        Contributions contributions,
        IReadOnlyDictionary<Guid, Journey> journeys,
        IReadOnlyCollection<InstitutionEntry> institutions,
        string notification,
        CancellationToken cancellationToken
    )
    {
        var sketches = await SketchStore.JoinAsync(connection, transaction, contributions.Sketches, cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (institutions.Count > 0)
        {
            batch.BatchCommands.Add(RememberInstitutions(institutions));
        }

        if (journeys.Count > 0)
        {
            batch.BatchCommands.Add(JourneyStore.Put(journeys));
        }

        if (tally.Rankings.Count > 0)
        {
            batch.BatchCommands.Add(AddRankings(tally.Rankings));
        }

        if (contributions.Standing.Count > 0)
        {
            batch.BatchCommands.Add(AddStanding(contributions.Standing));
        }

        if (contributions.Flows.Count > 0)
        {
            batch.BatchCommands.Add(AddFlows(contributions.Flows));
        }

        if (sketches.Count > 0)
        {
            batch.BatchCommands.Add(SketchStore.Put(sketches));
        }

        batch.BatchCommands.Add(AddCounters(tally.Counters.Concat(contributions.Counters)));
        var notify = new NpgsqlBatchCommand("select pg_notify($1, $2)");
        notify.Parameters.Add(new() { Value = Channel });
        notify.Parameters.Add(new() { Value = notification });
        batch.BatchCommands.Add(notify);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Remembers institutions alone.</summary>
    public static async Task RememberAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyCollection<InstitutionEntry> institutions,
        CancellationToken cancellationToken
    )
    {
        if (institutions.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            batch.BatchCommands.Add(RememberInstitutions(institutions));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    // Keys are sorted by the primary key, so rows are always locked in one order, whoever writes.
    private static NpgsqlBatchCommand AddCounters(IEnumerable<KeyValuePair<CounterKey, long>> counters)
    {
        var rows = counters.OrderBy(c => c.Key).ToArray();
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

    private static NpgsqlBatchCommand AddRankings(IReadOnlyDictionary<RankingKey, RankingValue> rankings)
    {
        var rows = rankings.OrderBy(r => r.Key).ToArray();
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

    private static NpgsqlBatchCommand AddStanding(IReadOnlyDictionary<(Scope Scope, Stage Stage), long> standing)
    {
        var rows = standing.OrderBy(s => s.Key.Scope).ThenBy(s => s.Key.Stage).ToArray();
        var command = new NpgsqlBatchCommand(
            """
            insert into cockpit.standing as s (kind, code, stage, value, last_fact)
            select u.kind::"char", u.code, u.stage, u.value, p.last
            from unnest($1, $2, $3, $4) u (kind, code, stage, value), cockpit.position p
            on conflict (kind, code, stage) do update set value = s.value + excluded.value, last_fact = excluded.last_fact
            """
        );
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Scope.Kind.ToString());
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Scope.Code);
        Add(command, rows, NpgsqlDbType.Smallint, r => (short)r.Key.Stage);
        Add(command, rows, NpgsqlDbType.Bigint, r => r.Value);
        return command;
    }

    private static NpgsqlBatchCommand AddFlows(IReadOnlyDictionary<FlowKey, long> flows)
    {
        var rows = flows.OrderBy(f => f.Key).ToArray();
        var command = new NpgsqlBatchCommand(
            """
            insert into cockpit.flows as f (day, region, institution, centre, district, count)
            select * from unnest($1, $2, $3, $4, $5, $6)
            on conflict (day, region, institution, centre, district) do update set count = f.count + excluded.count
            """
        );
        Add(command, rows, NpgsqlDbType.Date, r => r.Key.Day);
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Region);
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Institution);
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.Centre);
        Add(command, rows, NpgsqlDbType.Text, r => r.Key.District);
        Add(command, rows, NpgsqlDbType.Bigint, r => r.Value);
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
