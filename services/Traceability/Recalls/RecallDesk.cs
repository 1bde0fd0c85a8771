using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Graph;

namespace TcmBrain.Traceability.Recalls;

/// <summary>Issues recalls, settles their items and closes them (召回).</summary>
internal sealed class RecallDesk(EventExchange exchange, GraphIndex graph, RecallSearch search, TimeProvider time)
{
    public const int MostLots = 50;
    private const int MostText = 500;
    private const int MostItems = 1000;

    /// <summary>
    /// Finds everything downstream, has the stock frozen and begins to follow every item. Idempotent by issuer and request id: told again it
    /// answers with the recall that there is. A drill goes the same way and then takes it all back.
    /// </summary>
    /// <returns>The answer, and true when the recall is new.</returns>
    /// <exception cref="FaultException">Every fault of the request, located; or the lots that are not the caller's to recall.</exception>
    public async Task<(RecallAnswer Answer, bool IsNew)> IssueAsync(
        RecallRequest request,
        RecallSight sight,
        CancellationToken cancellationToken
    )
    {
        var began = Stopwatch.GetTimestamp();
        Check(request);
        string[] asked =
        [
            .. request
                .Lots!.Select(l => Guid.TryParse(l, out var lot) ? lot.ToString("D") : TraceShape.IdOf(l))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        var requestId = request.RequestId?.Trim() ?? "";
        var reason = request.Reason!.Trim();
        var content = SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Level}\n{reason}\n{string.Join('\n', asked)}"));
        await graph.CatchUpAsync(cancellationToken);
        await using var work = await exchange.BeginAsync(cancellationToken);
        // Nothing is captured into the graph between this list and the recall's being open: what comes later finds it open.
        await ExecuteAsync(work.Command("select from traceability.graph_position for update"), cancellationToken);
        if (!request.Drill && await KnownAsync(work, sight.Institution, requestId, content, cancellationToken) is { } known)
        {
            return ((await RecallBoard.ReadAsync(work.Connection, work.Transaction, known, sight, false, cancellationToken))!, false);
        }

        var lots = await LotsAsync(work, asked, request.Lots!, sight, cancellationToken);
        var head = new RecallHead(Guid.CreateVersion7(), request.Level!.Value, reason, sight.Name, Late: false);
        await ExecuteAsync(
            work.Command(
                """
                insert into traceability.recall (id, request_id, content, level, reason, issuer, issued_by, issued_at, listed_in)
                values ($1, $2, $3, $4, $5, $6, $7, $8, 0)
                """,
                head.Id,
                request.Drill ? $"drill {head.Id:D}" : requestId,
                content,
                (short)head.Level,
                reason,
                sight.Institution,
                sight.Name,
                time.GetUtcNow()
            ),
            cancellationToken
        );
        await search.BeginAsync(work, head.Id, lots, cancellationToken);
        await search.ExtendAsync(work, head, [.. await RootsAsync(work, head.Id, cancellationToken)], cancellationToken);
        await ExecuteAsync(
            work.Command(
                "update traceability.recall set listed_in = $2 where id = $1",
                head.Id,
                (long)Stopwatch.GetElapsedTime(began).TotalMicroseconds
            ),
            cancellationToken
        );
        if (request.Drill)
        {
            // Not committed: the database forgets it.
            return ((await RecallBoard.ReadAsync(work.Connection, work.Transaction, head.Id, sight, true, cancellationToken))!, true);
        }

        await search.FreezeAsync(work, head, cancellationToken);
        var answer = (await RecallBoard.ReadAsync(work.Connection, work.Transaction, head.Id, sight, false, cancellationToken))!;
        await work.CommitAsync(cancellationToken);
        return (answer, true);
    }

    /// <summary>Says what became of items. The last word holds; told again it changes nothing.</summary>
    /// <exception cref="FaultException">The recall or one of the items is not there or not the caller's; nothing was settled.</exception>
    public async Task<OutcomeAnswer> SettleAsync(
        Guid recallId,
        OutcomeRequest request,
        RecallSight sight,
        CancellationToken cancellationToken
    )
    {
        var faults = new FaultList();
        faults.Require(request.Items is { Count: > 0 and <= MostItems }, TraceabilityFaults.OutOfRange, "items", 1, MostItems);
        faults.Require(
            request.Outcome is not null && Outcomes.All.Contains(request.Outcome),
            TraceabilityFaults.BadOutcome,
            "outcome",
            string.Join(", ", Outcomes.All)
        );
        faults.Require((request.Note?.Length ?? 0) <= MostText, TraceabilityFaults.RecallTooLong, "note", MostText);
        faults.ThrowIfAny();
        await using var work = await exchange.BeginAsync(cancellationToken);
        await RequireOpenAsync(work, recallId, sight, cancellationToken);
        var items = request.Items!.Distinct().ToArray();
        await using var settle = work.Command(
            $"""
            update traceability.recall_item i set outcome = $6, settled_at = $7, settled_by = $8, note = $9
            where i.recall_id = $4 and md5(i.item)::uuid = any($5)
              and ({RecallSight.Mine} or {RecallSight.Issued.Replace(
                "r.issuer",
                "(select r.issuer from traceability.recall r where r.id = $4)",
                StringComparison.Ordinal
            )}
                   and i.institution_code is null and i.centre_code is null)
            """
        );
        settle.Parameters.AddRange(sight.Parameters());
        foreach (var value in (object?[])[recallId, items, request.Outcome, time.GetUtcNow(), sight.Name, request.Note?.Trim()])
        {
            settle.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        settle.Parameters[^1].NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text;
        var settled = await settle.ExecuteNonQueryAsync(cancellationToken);
        if (settled < items.Length)
        {
            throw TraceabilityFaults.ItemNotInRecall.Exception("items");
        }

        var open = await OpenItemsAsync(work, recallId, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return new OutcomeAnswer(settled, open);
    }

    /// <summary>Ends a recall of which every item has an outcome. Asked again it answers as if it had been closed now.</summary>
    public async Task<RecallAnswer> CloseAsync(Guid recallId, CloseRequest request, RecallSight sight, CancellationToken cancellationToken)
    {
        var faults = new FaultList();
        faults.Require(!string.IsNullOrWhiteSpace(request.Conclusion), TraceabilityFaults.RecallMissing, "conclusion");
        faults.Require((request.Conclusion?.Length ?? 0) <= MostText, TraceabilityFaults.RecallTooLong, "conclusion", MostText);
        faults.ThrowIfAny();
        await graph.CatchUpAsync(cancellationToken);
        await using var work = await exchange.BeginAsync(cancellationToken);
        // Nothing joins the recall while it is closed.
        await ExecuteAsync(work.Command("select from traceability.graph_position for update"), cancellationToken);
        await using (
            var mine = work.Command(
                $"select closed_at is null from traceability.recall r where r.id = $4 and {RecallSight.Issued} for update"
            )
        )
        {
            mine.Parameters.AddRange((NpgsqlParameter[])[.. sight.Parameters(), new NpgsqlParameter { Value = recallId }]);
            if (await mine.ExecuteScalarAsync(cancellationToken) is not bool open)
            {
                throw TraceabilityFaults.RecallNotFound.Exception("recallId");
            }

            if (!open)
            {
                return (await RecallBoard.ReadAsync(work.Connection, work.Transaction, recallId, sight, false, cancellationToken))!;
            }
        }

        if (await OpenItemsAsync(work, recallId, cancellationToken) is > 0 and var unfinished)
        {
            throw TraceabilityFaults.RecallUnfinished.Exception("", unfinished);
        }

        await ExecuteAsync(
            work.Command(
                "update traceability.recall set closed_at = $2, closed_by = $3, conclusion = $4 where id = $1",
                recallId,
                time.GetUtcNow(),
                sight.Name,
                request.Conclusion!.Trim()
            ),
            cancellationToken
        );
        var answer = (await RecallBoard.ReadAsync(work.Connection, work.Transaction, recallId, sight, false, cancellationToken))!;
        await work.CommitAsync(cancellationToken);
        return answer;
    }

    private static void Check(RecallRequest request)
    {
        var faults = new FaultList();
        faults.Require(request.Drill || !string.IsNullOrWhiteSpace(request.RequestId), TraceabilityFaults.RecallMissing, "requestId");
        faults.Require((request.RequestId?.Length ?? 0) <= 100, TraceabilityFaults.RecallTooLong, "requestId", 100);
        faults.Require(request.Lots is { Count: > 0 and <= MostLots }, TraceabilityFaults.TooManyLots, "lots", MostLots);
        faults.Require(request.Level is >= 1 and <= 3, TraceabilityFaults.BadLevel, "level");
        faults.Require(!string.IsNullOrWhiteSpace(request.Reason), TraceabilityFaults.RecallMissing, "reason");
        faults.Require((request.Reason?.Length ?? 0) <= MostText, TraceabilityFaults.RecallTooLong, "reason", MostText);
        faults.ThrowIfAny();
    }

    private static async Task<Guid?> KnownAsync(
        Work work,
        string issuer,
        string requestId,
        byte[] content,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            "select id, content from traceability.recall where issuer = $1 and request_id = $2",
            issuer,
            requestId
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return !await reader.ReadAsync(cancellationToken) ? null
            : reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(content) ? reader.GetGuid(0)
            : throw TraceabilityFaults.KeyReused.Exception("requestId");
    }

    /// <summary>
    /// The lots by their names in the trace, each the caller's to recall: its maker's, its centre's, a regulator's with the centre or the maker in
    /// its region, the operator's. That one wrote another's lot into an event of one's own is not enough.
    /// </summary>
    private static async Task<string[]> LotsAsync(
        Work work,
        string[] asked,
        IReadOnlyList<string> written,
        RecallSight sight,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select a.asked, t.item
            from unnest($4::text[]) as a (asked)
            cross join lateral (select coalesce((select l.item from traceability.lot l where l.lot_id::text = a.asked), a.asked) as item) t
            where exists (
                select from traceability.lot i where i.item = t.item and ($1 or i.centre_code = $2 or substr(i.centre_code, 3, 6) like $3))
            or exists (
                select from traceability.link k join traceability.event e on e.leaf_index = k.leaf_index
                where k.thing = t.item and k.role in (2, 5) and ($1 or e.captured_by = $2 or e.region_code like $3))
            or $1 and exists (select from traceability.event_item x where traceability.same_thing(x.item, t.item))
            """
        );
        command.Parameters.AddRange((NpgsqlParameter[])[.. sight.Parameters(), new NpgsqlParameter { Value = asked }]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lots = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            lots.Add(reader.GetString(0), reader.GetString(1));
        }

        var faults = new FaultList();
        for (var i = 0; i < written.Count; i++)
        {
            var name = Guid.TryParse(written[i], out var id) ? id.ToString("D") : TraceShape.IdOf(written[i]);
            faults.Require(lots.ContainsKey(name), TraceabilityFaults.LotNotYours, $"lots[{i}]");
        }

        faults.ThrowIfAny();
        return [.. lots.Values.Distinct(StringComparer.Ordinal)];
    }

    private static async Task<List<(string, int)>> RootsAsync(Work work, Guid recallId, CancellationToken cancellationToken)
    {
        await using var command = work.Command("select item from traceability.recall_item where recall_id = $1", recallId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var roots = new List<(string, int)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            roots.Add((reader.GetString(0), 0));
        }

        return roots;
    }

    private static async Task RequireOpenAsync(Work work, Guid recallId, RecallSight sight, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"""
            select r.closed_at is null from traceability.recall r
            where r.id = $4 and ({RecallSight.Issued}
                or exists (select from traceability.recall_item i where i.recall_id = r.id and {RecallSight.Mine}))
            for update
            """
        );
        command.Parameters.AddRange((NpgsqlParameter[])[.. sight.Parameters(), new NpgsqlParameter { Value = recallId }]);
        switch (await command.ExecuteScalarAsync(cancellationToken))
        {
            case true:
                return;
            case false:
                throw TraceabilityFaults.RecallClosed.Exception();
            default:
                throw TraceabilityFaults.RecallNotFound.Exception("recallId");
        }
    }

    private static async Task<int> OpenItemsAsync(Work work, Guid recallId, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select count(*)::int from traceability.recall_item where recall_id = $1 and outcome is null",
            recallId
        );
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
