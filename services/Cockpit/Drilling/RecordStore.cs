using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Drilling;

/// <summary>A fact that is behind a number.</summary>
internal readonly record struct FoundRecord(long Id, Fact Fact, RecordValue Value);

/// <param name="Next">null: there are no more</param>
internal sealed record RecordPage(List<FoundRecord> Items, RecordToken? Next);

/// <summary>Finds the records behind numbers: candidates by the index of types and times, newest first, and the question decides.</summary>
internal sealed class RecordStore(NpgsqlDataSource database)
{
    private const int Chunk = 500;

    /// <summary>Facts looked at for one answer: what bounds a question that few of them answer.</summary>
    private const int Searched = 20_000;

    private static readonly string[] AllTypes = [.. Topology.Of("cockpit").ListensTo.Select(t => t.Name)];

    public async Task<RecordPage> FindAsync(
        RecordQuestion question,
        Scope scope,
        RecordTime time,
        RecordToken after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = new List<FoundRecord>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        for (var searched = 0; searched < Searched; )
        {
            var candidates = await CandidatesAsync(connection, question, scope, time, after, cancellationToken);
            foreach (var (id, fact, journey) in candidates)
            {
                if (question.ValueOf(fact, journey) is { } value)
                {
                    if (found.Count == limit)
                    {
                        return new(found, after);
                    }

                    found.Add(new(id, fact, value));
                }

                after = new(fact.OccurredAt, id);
            }

            if (candidates.Count < Chunk)
            {
                return new(found, null);
            }

            searched += candidates.Count;
        }

        return new(found, after);
    }

    private static async Task<List<(long Id, Fact Fact, Journey? Journey)>> CandidatesAsync(
        NpgsqlConnection connection,
        RecordQuestion question,
        Scope scope,
        RecordTime time,
        RecordToken after,
        CancellationToken cancellationToken
    )
    {
        var of = question.ByJourney ? "j" : "f";
        var within = scope switch
        {
            _ when scope == Scope.Everywhere => "",
            { Kind: Scope.RegionKind } => $"and {of}.region like $6",
            { Kind: Scope.InstitutionKind } => $"and {of}.institution = $6",
            _ => $"and {of}.centre = $6",
        };
        var join = question.ByJourney ? "join" : "left join";
        var sql = $"""
            select {FactStore.Columns("f")}, f.reference, {JourneyStore.ColumnsOf("j")}
            from cockpit.facts f {join} cockpit.journeys j on j.id = f.aggregate_id
            where f.type = any($1) and f.occurred_at >= $2 and f.occurred_at < $3 and (f.occurred_at, f.id) < ($4, $5) {within}
            order by f.occurred_at desc, f.id desc limit {Chunk}
            """;
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(question.Types ?? AllTypes);
        command.Parameters.AddWithValue(time.From.UtcDateTime);
        command.Parameters.AddWithValue(time.To.UtcDateTime);
        command.Parameters.AddWithValue(after.At.UtcDateTime);
        command.Parameters.AddWithValue(after.Id);
        if (within.Length > 0)
        {
            command.Parameters.AddWithValue(FlowStore.Prefix(scope) ?? scope.Code);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var candidates = new List<(long, Fact, Journey?)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var fact = FactStore.Read(reader, word => word) with
            {
                Reference = reader.IsDBNull(FactStore.ColumnCount) ? null : reader.GetString(FactStore.ColumnCount),
            };
            var at = FactStore.ColumnCount + 1;
            candidates.Add((reader.GetInt64(0), fact, reader.IsDBNull(at) ? null : JourneyStore.Read(reader, at)));
        }

        return candidates;
    }

    /// <summary>Prescriptions that stand in a stage now, by the index of stages.</summary>
    public async Task<List<(Guid Id, Journey Journey)>> StandingAsync(
        Stage stage,
        Scope scope,
        Guid after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var within = scope switch
        {
            _ when scope == Scope.Everywhere => "",
            { Kind: Scope.RegionKind } => "and region like $4",
            { Kind: Scope.InstitutionKind } => "and institution = $4",
            _ => "and centre = $4",
        };
        await using var command = database.CreateCommand(
            $"""
            select {JourneyStore.Columns} from cockpit.journeys
            where progress % 1000 = $1 and id > $2 {within} order by id limit $3
            """
        );
        command.Parameters.AddWithValue((long)stage);
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(limit);
        if (within.Length > 0)
        {
            command.Parameters.AddWithValue(FlowStore.Prefix(scope) ?? scope.Code);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var journeys = new List<(Guid, Journey)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            journeys.Add((reader.GetGuid(0), JourneyStore.Read(reader)));
        }

        return journeys;
    }

    /// <summary>The number itself, as its tables have it.</summary>
    public async Task<long> TotalAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}

/// <summary>A day, or an hour of it, of Asia/Shanghai.</summary>
internal readonly record struct RecordTime(DateOnly Day, short? Hour)
{
    public DateTimeOffset From => RegionTime.StartOf(Day).AddHours(Hour ?? 0);

    public DateTimeOffset To => Hour is null ? From.AddDays(1) : From.AddHours(1);
}
