using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Benchmarks;

/// <summary>
/// Get by id, Get by number and List beside a year of stored prescriptions, over 500 institutions and twelve months. Those that are read whole
/// are pushed, for an identity opens only in the row it was sealed for; the others are theirs with other ids and numbers.
/// </summary>
internal sealed class ReadBenchmark(BenchServers servers, int stored, int calls)
{
    private const int Pushed = 2_000;
    private const int Institutions = 500;
    private const int Callers = 8;

    /// <summary>Calls of one kind, as many a second as <c>push.unary</c> pushes.</summary>
    private const int PerSecond = 500;

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var house = await PrescriptionsHouse.OpenAsync(servers, "bench_read", cancellationToken);
        using var channel = GrpcChannel.ForAddress(house.Service.Grpc);
        var client = new PrescriptionService.PrescriptionServiceClient(channel);
        var headers = Enumerable.Range(0, Institutions).Select(PrescriptionsHouse.As).ToArray();
        var pushed = new PushReply[Pushed];
        var requests = PushBenchmark.Make(11, Pushed);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Pushed),
            new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken },
            async (i, token) =>
                pushed[i] = await client.PushAsync(
                    new PushRequest { Prescription = requests[i].Prescription },
                    headers[i % Institutions],
                    cancellationToken: token
                )
        );
        await FillAsync(house, cancellationToken);

        var now = DateTimeOffset.UtcNow;
        async Task GetAsync(int i) =>
            await client.GetAsync(new GetRequest { PrescriptionId = pushed[i].PrescriptionId }, headers[i % Institutions]);
        async Task GetByKeyAsync(int i) =>
            await client.GetAsync(
                new GetRequest { Key = new PrescriptionKey { HisNumber = pushed[i].HisNumber } },
                headers[i % Institutions]
            );
        async Task ListAsync(int i) => await client.ListAsync(new ListRequest { PageSize = 50 }, headers[i % Institutions]);
        async Task ListOlderAsync(int i) =>
            await client.ListAsync(
                new ListRequest
                {
                    PageSize = 50,
                    ReceivedBefore = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(now.AddDays(-(i % 300))),
                },
                headers[i % Institutions]
            );

        var byId = await MeasureAsync(GetAsync, cancellationToken);
        var byKey = await MeasureAsync(GetByKeyAsync, cancellationToken);
        var newest = await MeasureAsync(ListAsync, cancellationToken);
        var older = await MeasureAsync(ListOlderAsync, cancellationToken);
        var gets = await ThroughputAsync(GetAsync, cancellationToken);
        var lists = await ThroughputAsync(ListAsync, cancellationToken);
        return
        [
            new Figure(
                "push.stored",
                await house.CountAsync("select count(*) from prescriptions.prescriptions", cancellationToken),
                "rows"
            ),
            new Figure("push.get_p50_ms", Statistics.Percentile(byId, 0.50), "ms"),
            new Figure("push.get_p99_ms", Statistics.Percentile(byId, 0.99), "ms"),
            new Figure("push.get_by_key_p99_ms", Statistics.Percentile(byKey, 0.99), "ms"),
            new Figure("push.list_p50_ms", Statistics.Percentile(newest, 0.50), "ms"),
            new Figure("push.list_p99_ms", Statistics.Percentile(newest, 0.99), "ms"),
            new Figure("push.list_older_p99_ms", Statistics.Percentile(older, 0.99), "ms"),
            new Figure("push.gets_per_s", gets, "calls/s"),
            new Figure("push.lists_per_s", lists, "calls/s"),
        ];
    }

    /// <summary>Copies of what was pushed, completed, at times spread over each of the twelve months, with their keys and histories.</summary>
    private async Task FillAsync(PrescriptionsHouse house, CancellationToken cancellationToken)
    {
        var columns = new List<string>();
        await using (var names = house.Database.CreateCommand("select * from prescriptions.prescriptions limit 0"))
        await using (var reader = await names.ExecuteReaderAsync(cancellationToken))
        {
            columns.AddRange(Enumerable.Range(0, reader.FieldCount).Select(reader.GetName));
        }

        var count = stored / 12;
        for (var month = 0; month < 12; month++)
        {
            var at = $"now() - interval '{month} months' - n * interval '20 days' / {count}";
            var values = columns.Select(c =>
                c switch
                {
                    "id" => $"""
                        (left(replace(prescriptions.first_id({at})::text, '-', ''), 12) || '7' || substr(md5(n || 'a'), 1, 3)
                        || '8' || substr(md5(n || 'b{month}'), 1, 15))::uuid
                        """,
                    "his_number" => $"'FILL-{month}-' || n",
                    "received_at" => at,
                    "state" => "14::smallint",
                    "due_at" => "null::timestamptz",
                    _ => "t." + c,
                }
            );
            var list = string.Join(", ", columns);
            await MakeMonthAsync(house, month + 1, cancellationToken);
            await house.ExecuteAsync(
                $"""
                with t as (select p.*, row_number() over () as pick from prescriptions.prescriptions p where his_number not like 'FILL%' limit 500),
                f ({list}) as materialized (select {string.Join(
                    ", ",
                    values
                )} from generate_series(1, {count}) n join t on t.pick = 1 + n % 500),
                stored as (insert into prescriptions.prescriptions ({list}) select * from f),
                known as (
                    insert into prescriptions.keys (institution_code, his_number, revision, id)
                    select institution_code, his_number, revision, id from f)
                insert into prescriptions.history (prescription_id, institution_code, state, actor, reason, occurred_at)
                select f.id, f.institution_code, s, 'system', '', f.received_at from f cross join (values (4), (7), (13), (14)) as v (s)
                """,
                cancellationToken
            );
        }

        await house.ExecuteAsync("vacuum analyze prescriptions.prescriptions", cancellationToken);
        await house.ExecuteAsync("vacuum analyze prescriptions.history", cancellationToken);
        await house.ExecuteAsync("vacuum analyze prescriptions.keys", cancellationToken);
        await house.ExecuteAsync("checkpoint", cancellationToken);
    }

    /// <summary>Asks again as the service does: it gives way to whoever holds the tables.</summary>
    private static async Task MakeMonthAsync(PrescriptionsHouse house, int monthsAgo, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await house.ExecuteAsync($"select prescriptions.maintain(now() - interval '{monthsAgo} months', 1)", cancellationToken);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable && attempt < 50)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    /// <summary>Milliseconds from when each call was due, so that a call that had to wait for those before it counts its waiting too.</summary>
    private async Task<IReadOnlyCollection<double>> MeasureAsync(Func<int, Task> call, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 200; i++)
        {
            await call(i % Pushed);
        }

        var taken = new double[calls];
        var clock = Stopwatch.StartNew();
        var open = new List<Task>(calls);
        for (var i = 0; i < calls; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / PerSecond);
            if (due - clock.Elapsed is { TotalMilliseconds: > 1 } wait)
            {
                await Task.Delay(wait, cancellationToken);
            }

            open.Add(OneAsync(i, due));
        }

        await Task.WhenAll(open);
        return taken;

        async Task OneAsync(int i, TimeSpan due)
        {
            await call(i * 7919 % Pushed);
            taken[i] = (clock.Elapsed - due).TotalMilliseconds;
        }
    }

    /// <summary>As many as it answers when eight ask without a pause.</summary>
    private async Task<double> ThroughputAsync(Func<int, Task> call, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, calls),
            new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = cancellationToken },
            async (i, _) => await call(i * 7919 % Pushed)
        );
        return calls / clock.Elapsed.TotalSeconds;
    }
}
