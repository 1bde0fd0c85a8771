using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;
using TcmBrain.Contracts.Decoction.V1;
using TcmBrain.Decoction;
using TcmBrain.Setup;
using TcmBrain.Testing;

namespace TcmBrain.Benchmarks;

/// <summary>
/// Controllers of 200 vessels that stream as fast as they are taken: readings acknowledged, so stored and committed; then what a reading costs
/// on disk once it is packed. And a board that is watched while each vessel reports each second: from the sending of a reading until the
/// board that shows it has been read.
/// </summary>
internal sealed class TelemetryBenchmark(BenchServers servers, int vessels, int readings, int rounds)
{
    private const int Controllers = 4;
    private const string Centre = "91330105MA00000001";
    private static readonly string Token = TestTokens.Of("decoction-1", Centre, "330105", "decoction");

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var room = await OpenAsync("bench_decoction", cancellationToken);
        var rates = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            rates.Add(await StreamAsync(room, DateTimeOffset.UtcNow.AddDays(-5 + round), cancellationToken));
        }

        var rate = Statistics.Median(rates);
        var (bytes, packed) = await PackedAsync(room, cancellationToken);
        return
        [
            new("decoction.readings_per_s", rate, "readings/s", "10 000/s", rate / 10_000),
            new("decoction.bytes_a_reading", bytes, "bytes", "8 bytes", bytes / 8),
            new("decoction.readings_packed", packed, "readings"),
        ];
    }

    public async Task<IReadOnlyList<Figure>> BoardAsync(int seconds, CancellationToken cancellationToken)
    {
        await using var room = await OpenAsync("bench_board", cancellationToken);
        using var board = new BoardWatcher(room.Service.Http, Token);
        var watching = board.RunAsync(cancellationToken);
        using var channel = GrpcChannel.ForAddress(room.Service.Grpc);
        using var call = new TelemetryService.TelemetryServiceClient(channel).Report(Headers());
        for (var second = 0; second < seconds; second++)
        {
            var begun = Stopwatch.GetTimestamp();
            for (var v = 0; v < vessels; v++)
            {
                var at = DateTimeOffset.UtcNow;
                board.Sent(Name(v), at);
                await call.RequestStream.WriteAsync(Reading(v, at, 98_00 + (second % 100)), cancellationToken);
                // Spread over the second, as controllers of their own would be.
                var due = TimeSpan.FromSeconds((v + 1) / (double)vessels) - Stopwatch.GetElapsedTime(begun);
                if (due > TimeSpan.FromMilliseconds(2))
                {
                    await Task.Delay(due, cancellationToken);
                }
            }
        }

        await call.RequestStream.CompleteAsync();
        await call;
        var seen = await board.StopAsync(watching);
        var p99 = Statistics.Percentile(seen, 0.99);
        return
        [
            new("decoction.board_visible_p50_ms", Statistics.Percentile(seen, 0.5), "ms"),
            new("decoction.board_visible_p99_ms", p99, "ms", "1 s", p99 / 1_000),
        ];
    }

    private sealed record Room(ServiceProcess Service, NpgsqlDataSource Database) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            await Database.DisposeAsync();
        }
    }

    private async Task<Room> OpenAsync(string name, CancellationToken cancellationToken)
    {
        var connection = await servers.DatabaseAsync(name);
        await Migrations.ApplyAsync(connection, "decoction");
        var database = NpgsqlDataSource.Create(connection);
        await using (
            var command = database.CreateCommand(
                """
                with centre as (insert into decoction.centre (code) values ($1) returning code),
                vessels as (
                    insert into decoction.vessel (centre_code, name)
                    select code, 'V' || lpad(n::text, 3, '0') from centre, generate_series(1, $2) n returning vessel_id)
                insert into decoction.calibration (vessel_id, calibrated_at, valid_until, certificate, by_subject, by_name)
                select vessel_id, now() - interval '30 days', now() + interval '300 days', 'bench', 'bench', 'bench' from vessels
                """
            )
        )
        {
            command.Parameters.Add(new NpgsqlParameter { Value = Centre });
            command.Parameters.Add(new NpgsqlParameter { Value = vessels });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var broker = await servers.BrokerAsync();
        await new Exchange.Broker.BrokerTopology(broker).DeclareAsync(cancellationToken);
        var service = await ServiceProcess.StartAsync(
            typeof(DecoctionFaults),
            new Dictionary<string, string>
            {
                ["ConnectionStrings__database"] = connection,
                ["ConnectionStrings__rabbitmq"] = broker,
                ["Records__SigningKey"] = Convert.ToBase64String(new byte[32]),
            },
            cancellationToken
        );
        return new Room(service, database);
    }

    private async Task<double> StreamAsync(Room room, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var each = readings / Controllers;
        var clock = Stopwatch.StartNew();
        var stored = await Task.WhenAll(
            Enumerable.Range(0, Controllers).Select(controller => SendAsync(room, controller, each, from, cancellationToken))
        );
        clock.Stop();
        if (stored.Sum() != (long)each * Controllers)
        {
            throw new InvalidOperationException($"{stored.Sum()} of {each * Controllers} readings were stored.");
        }

        return stored.Sum() / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Each controller has its share of the vessels, a reading a second of each.</summary>
    private async Task<long> SendAsync(Room room, int controller, int count, DateTimeOffset from, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(room.Service.Grpc);
        using var call = new TelemetryService.TelemetryServiceClient(channel).Report(Headers(), cancellationToken: cancellationToken);
        var noise = new Random(controller);
        var own = vessels / Controllers;
        for (var i = 0; i < count; i++)
        {
            var vessel = (controller * own) + (i % own);
            // Whole milliseconds that drift: what a device's own clock gives.
            var at = from.AddMilliseconds((i / own * 1_000) + noise.Next(-20, 20) + vessel);
            await call.RequestStream.WriteAsync(Reading(vessel, at, 98_50 + noise.Next(-40, 40)), cancellationToken);
        }

        await call.RequestStream.CompleteAsync();
        return (await call).Stored;
    }

    /// <summary>Waits until all but the unfinished chunks are packed; the table's size on disk with its index, a reading.</summary>
    private async Task<(double Bytes, long Packed)> PackedAsync(Room room, CancellationToken cancellationToken)
    {
        var giveUp = DateTime.UtcNow.AddMinutes(3);
        long landed;
        do
        {
            await Task.Delay(1_000, cancellationToken);
            await using var left = room.Database.CreateCommand("select count(*) from decoction.reading");
            landed = (long)(await left.ExecuteScalarAsync(cancellationToken))!;
        } while (landed > 0 && DateTime.UtcNow < giveUp);

        await using var command = room.Database.CreateCommand(
            "select pg_total_relation_size('decoction.reading_chunk')::float8, (select sum(count)::bigint from decoction.reading_chunk)"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetDouble(0) / reader.GetInt64(1), reader.GetInt64(1));
    }

    private static Metadata Headers() => new() { { "authorization", "Bearer " + Token } };

    private static string Name(int vessel) => FormattableString.Invariant($"V{vessel + 1:D3}");

    private static Reading Reading(int vessel, DateTimeOffset at, int centicelsius) =>
        new()
        {
            Vessel = Name(vessel),
            TakenAt = at.ToTimestamp(),
            Centicelsius = centicelsius,
            PressurePascal = 120,
        };
}
