using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Setup;
using TcmBrain.Testing;

namespace TcmBrain.Benchmarks;

/// <summary>
/// Prescriptions of twelve lines over several PushStreams: audited, stored with their events, committed, acknowledged. Beside it a bare
/// binary COPY of as many bytes, in as many rows and as many commits, into a table without an index. While pushes queue their events wait in
/// the outbox: how fast they are told, from the first push to the last confirmation, is a figure of its own.
/// </summary>
internal sealed class PushBenchmark(BenchServers servers, int count, int rounds)
{
    private const int Clients = 6;
    private const int InFlight = 1000;
    private const int CopyBatch = 512;
    private const int CopyConnections = 3;

    private static readonly WriteOptions More = new(WriteFlags.BufferHint);
    private static readonly WriteOptions Last = new();

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var database = await servers.DatabaseAsync("bench_push");
        await Migrations.ApplyAsync(database, "prescriptions", cancellationToken);
        await using var service = await ServiceProcess.StartAsync(
            typeof(PrescriptionsFaults),
            new Dictionary<string, string>
            {
                ["ConnectionStrings__database"] = database,
                ["ConnectionStrings__rabbitmq"] = await servers.BrokerAsync(),
                ["PatientIdentity__Key"] = Convert.ToBase64String(new byte[32]),
            },
            cancellationToken
        );
        await using var source = NpgsqlDataSource.Create(database);
        List<double> pushes = [],
            told = [],
            copies = [];
        var (cpu, copyCpu) = (new PartyCpu(), new PartyCpu());
        await StreamAsync(service, Make(1, count / 4), cancellationToken);
        await DrainedAsync(source, cancellationToken);
        var latency = await UnaryAsync(service, Make(100, 5000), perSecond: 500, cancellationToken);
        var bytes = await BytesPerPrescriptionAsync(source, cancellationToken);
        await CopyAsync(source, bytes, count / 4, cancellationToken);
        for (var round = 0; round < rounds; round++)
        {
            var prescriptions = Make(round + 2, count);
            var clock = Stopwatch.StartNew();
            cpu.Start();
            pushes.Add(await StreamAsync(service, prescriptions, cancellationToken));
            cpu.Stop();
            await DrainedAsync(source, cancellationToken);
            told.Add(count / clock.Elapsed.TotalSeconds);
            copyCpu.Start();
            copies.Add(await CopyAsync(source, bytes, count, cancellationToken));
            copyCpu.Stop();
        }

        var (push, copy) = (Statistics.Median(pushes), Statistics.Median(copies));
        return
        [
            new Figure("push.durable_per_s", push, "pushes/s"),
            new Figure("push.told_per_s", Statistics.Median(told), "pushes/s", "until the broker has confirmed the last of their events"),
            new Figure("push.copy_per_s", copy, "rows/s"),
            new Figure("push.ratio_copy", push / copy, "ratio", $"COPY of the same {bytes} bytes", push / copy),
            Cost("push.service_cpu_us", cpu, PartyCpu.Service),
            Cost("push.database_cpu_us", cpu, PartyCpu.Database),
            Cost("push.client_cpu_us", cpu, PartyCpu.Client),
            Cost("push.broker_cpu_us", cpu, PartyCpu.Broker),
            Cost("push.copy_cpu_us", copyCpu, PartyCpu.Client, PartyCpu.Database),
            new Figure("push.unary_p50_ms", Statistics.Percentile(latency, 0.50), "ms"),
            new Figure("push.unary_p99_ms", Statistics.Percentile(latency, 0.99), "ms"),
        ];
    }

    /// <summary>Processor time of a party, for each push or row of the measured rounds.</summary>
    private Figure Cost(string name, PartyCpu cpu, params ReadOnlySpan<string> parties)
    {
        var seconds = 0.0;
        foreach (var party in parties)
        {
            seconds += cpu.Seconds.GetValueOrDefault(party);
        }

        return new Figure(name, seconds * 1e6 / ((double)count * rounds), "us");
    }

    /// <summary>Clean prescriptions of twelve lines; patients, numbers and doses differ.</summary>
    internal static List<PushStreamRequest> Make(int seed, int count)
    {
        var catalogue = Catalogue.Default;
        var factory = new PrescriptionFactory(catalogue, seed, DateTimeOffset.UtcNow.AddMinutes(-10));
        var twelve = catalogue
            .Formulas.Where(f => f.Composition.Length >= 12 && f.Banned.Length == 0 && f.DeliberatePairs.Length == 0)
            .Select(f => f.AsPrescription(catalogue, catalogue.Customs)[..12])
            .ToArray();
        var requests = new List<PushStreamRequest>(count);
        for (var i = 0; i < count; i++)
        {
            var prescription = factory.Make(i, flawEvery: 0).Prescription;
            prescription.Lines.Clear();
            foreach (var line in twelve[i % twelve.Length])
            {
                prescription.Lines.Add(
                    new Line
                    {
                        Name = line.Piece.Name,
                        MilligramsPerDose = line.Milligrams,
                        Handling = HandlingText.Format(line.Handling),
                    }
                );
            }

            requests.Add(new PushStreamRequest { Sequence = (ulong)i, Prescription = prescription });
        }

        return requests;
    }

    private static Metadata Headers()
    {
        var hospital = DemoRegion.Hospitals[0];
        return new Metadata { { "authorization", "Bearer " + TestTokens.Of("his-1", hospital.Code, hospital.RegionCode, Roles.His) } };
    }

    private static async Task<double> StreamAsync(
        ServiceProcess service,
        List<PushStreamRequest> requests,
        CancellationToken cancellationToken
    )
    {
        var clock = Stopwatch.StartNew();
        var refused = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(client =>
                    Task.Run(
                        async () =>
                        {
                            using var channel = GrpcChannel.ForAddress(service.Grpc);
                            using var call = new PrescriptionService.PrescriptionServiceClient(channel).PushStream(
                                Headers(),
                                cancellationToken: cancellationToken
                            );
                            using var places = new SemaphoreSlim(InFlight);
                            var reading = Task.Run(
                                async () =>
                                {
                                    await foreach (var reply in call.ResponseStream.ReadAllAsync(cancellationToken))
                                    {
                                        places.Release();
                                        if (reply.Accepted is null)
                                        {
                                            Interlocked.Increment(ref refused);
                                        }
                                    }
                                },
                                cancellationToken
                            );
                            for (var i = client; i < requests.Count; i += Clients)
                            {
                                await places.WaitAsync(cancellationToken);
                                // What can be sent at once goes out together, as a hospital sends what it has ready.
                                call.RequestStream.WriteOptions = places.CurrentCount > 0 && i + Clients < requests.Count ? More : Last;
                                await call.RequestStream.WriteAsync(requests[i], cancellationToken);
                            }

                            await call.RequestStream.CompleteAsync();
                            await reading;
                        },
                        cancellationToken
                    )
                )
        );
        return refused == 0
            ? requests.Count / clock.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{refused} of {requests.Count} pushes were refused.");
    }

    /// <summary>Until the relay has told everything: latency is that of everyday, and COPY is measured without it.</summary>
    private static async Task DrainedAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var giveUp = DateTime.UtcNow.AddMinutes(2);
        await using var command = source.CreateCommand("select exists (select 1 from exchange.outbox_pending)");
        while ((bool)(await command.ExecuteScalarAsync(cancellationToken))!)
        {
            if (DateTime.UtcNow > giveUp)
            {
                throw new TimeoutException("The relay did not tell the events within two minutes.");
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>What one push writes: its row, its history and its events, without the rows' own overhead.</summary>
    private static async Task<int> BytesPerPrescriptionAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            """
            select (select avg(pg_column_size(p.*)) from prescriptions.prescriptions p)
                + (select avg(pg_column_size(h.*)) from prescriptions.history h)
                + (select sum(octet_length(payload) + 80) from exchange.outbox) / (select count(*) from prescriptions.prescriptions)
            """
        );
        return (int)(decimal)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<double> CopyAsync(NpgsqlDataSource source, int bytes, int count, CancellationToken cancellationToken)
    {
        await using (var create = source.CreateCommand("drop table if exists bare_copy; create table bare_copy (id uuid, content bytea)"))
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        // Not compressible, as encrypted and binary content is not.
        var content = new byte[bytes];
        Random.Shared.NextBytes(content);
        await using (var external = source.CreateCommand("alter table bare_copy alter column content set storage external"))
        {
            await external.ExecuteNonQueryAsync(cancellationToken);
        }

        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, (count + CopyBatch - 1) / CopyBatch),
            new ParallelOptions { MaxDegreeOfParallelism = CopyConnections, CancellationToken = cancellationToken },
            async (batch, token) =>
            {
                await using var connection = await source.OpenConnectionAsync(token);
                await using var copy = await connection.BeginBinaryImportAsync("copy bare_copy from stdin (format binary)", token);
                for (var i = 0; i < Math.Min(CopyBatch, count - batch * CopyBatch); i++)
                {
                    await copy.StartRowAsync(token);
                    await copy.WriteAsync(Guid.CreateVersion7(), NpgsqlDbType.Uuid, token);
                    await copy.WriteAsync(content, NpgsqlDbType.Bytea, token);
                }

                await copy.CompleteAsync(token);
            }
        );
        return count / clock.Elapsed.TotalSeconds;
    }

    private static async Task<IReadOnlyCollection<double>> UnaryAsync(
        ServiceProcess service,
        List<PushStreamRequest> requests,
        int perSecond,
        CancellationToken cancellationToken
    )
    {
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        var client = new PrescriptionService.PrescriptionServiceClient(channel);
        var headers = Headers();
        var latencies = new double[requests.Count];
        var clock = Stopwatch.StartNew();
        var calls = new List<Task>(requests.Count);
        for (var i = 0; i < requests.Count; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond);
            if (due - clock.Elapsed is { TotalMilliseconds: > 1 } wait)
            {
                await Task.Delay(wait, cancellationToken);
            }

            calls.Add(OneAsync(i));
        }

        await Task.WhenAll(calls);
        // The first tenth warms connections up.
        return latencies[(requests.Count / 10)..];

        async Task OneAsync(int i)
        {
            var began = Stopwatch.GetTimestamp();
            await client.PushAsync(
                new PushRequest { Prescription = requests[i].Prescription },
                headers,
                cancellationToken: cancellationToken
            );
            latencies[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
    }
}
