using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts.Decoction.V1;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests.Telemetry;

public sealed class TelemetryTests(Room room) : IAsyncLifetime
{
    private string centre = "";
    private GrpcChannel channel = null!;

    public async ValueTask InitializeAsync()
    {
        centre = room.Organisation();
        await room.ArriveAsync(centre);
        channel = GrpcChannel.ForAddress(room.Service.Grpc);
    }

    public ValueTask DisposeAsync()
    {
        channel.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Readings_are_stored_once_however_often_they_are_sent()
    {
        Reading[] readings = [.. Enumerable.Range(0, 12_000).Select(i => Reading("V" + (1 + i % 12).ToString("D2"), i / 12))];
        Counts(await ReportAsync(readings)).ShouldBe((12_000, 0, 0));
        Counts(await ReportAsync([.. readings[..500], Reading("V01", 5_000)])).ShouldBe((1, 500, 0));
        (await StoredAsync()).ShouldBe(12_001);
    }

    [Fact]
    public async Task A_reading_doubled_within_one_call_counts_as_duplicate_and_the_first_stays()
    {
        var second = Reading("V01", 1);
        second.Centicelsius = 10;
        Counts(await ReportAsync([Reading("V01", 1), second, Reading("V02", 1)])).ShouldBe((2, 1, 0));
        (
            await room.ScalarAsync<int>(
                "select centicelsius from decoction.reading join decoction.vessel using (vessel_id) where centre_code = $1 and name = 'V01'",
                centre
            )
        ).ShouldBe(98_50);
    }

    [Fact]
    public async Task Two_controllers_sending_the_same_at_once_store_it_once()
    {
        Reading[] readings = [.. Enumerable.Range(0, 5_000).Select(i => Reading("V01", i))];
        var summaries = await Task.WhenAll(ReportAsync(readings), ReportAsync(readings.Reverse()));
        summaries.Sum(s => s.Stored).ShouldBe(5_000);
        summaries.Sum(s => s.Duplicates).ShouldBe(5_000);
    }

    [Fact]
    public async Task The_absurd_is_refused_and_the_rest_is_stored()
    {
        var hot = Reading("V01", 2);
        hot.Centicelsius = 150_01;
        var cold = Reading("V01", 3);
        cold.Centicelsius = -20_01;
        var future = Reading("V01", 4);
        future.TakenAt = DateTimeOffset.UtcNow.AddHours(1).ToTimestamp();
        var timeless = Reading("V01", 5);
        timeless.TakenAt = null;
        var broken = Reading("V01", 6);
        broken.TakenAt = new Timestamp { Seconds = long.MaxValue, Nanos = -1 };
        var unset = Reading("V01", 7);
        unset.TakenAt = new Timestamp { Seconds = 3600 };
        Counts(await ReportAsync([Reading("V77", 1), Reading("", 1), hot, cold, future, timeless, broken, unset, Reading("V01", 8)]))
            .ShouldBe((1, 0, 8));
    }

    [Fact]
    public async Task Another_centres_vessels_are_unknown()
    {
        Counts(await ReportAsync([Reading("V01", 1)], TestTokens.Of("device", room.Organisation(), "330105", "decoction")))
            .ShouldBe((0, 0, 1));
        (await StoredAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Readings_of_a_stream_that_stays_open_are_stored_within_seconds()
    {
        var client = new TelemetryService.TelemetryServiceClient(channel);
        using var call = client.Report(Headers(TestTokens.Of("device", centre, "330105", "decoction")));
        await call.RequestStream.WriteAsync(Reading("V01", 1));
        await Eventually.Be(async () => await StoredAsync() == 1, "the reading is stored though the call goes on");
        await call.RequestStream.CompleteAsync();
        Counts(await call.ResponseAsync).ShouldBe((1, 0, 0));
    }

    [Fact]
    public async Task Only_devices_of_a_decoction_room_report()
    {
        var refused = await Should.ThrowAsync<RpcException>(() =>
            ReportAsync([Reading("V01", 1)], TestTokens.Of("x", centre, "330105", "his"))
        );
        refused.StatusCode.ShouldBe(StatusCode.PermissionDenied);
        refused.Trailers.GetValue("tcm-code").ShouldBe("GEN-0002");
    }

    private Reading Reading(string vessel, int second) =>
        new()
        {
            Vessel = vessel,
            TakenAt = room.Morning.AddSeconds(second).ToTimestamp(),
            Centicelsius = 98_50,
            PressurePascal = 120,
        };

    private static (long Stored, long Duplicates, long Refused) Counts(ReportSummary summary) =>
        (summary.Stored, summary.Duplicates, summary.Refused);

    private static Metadata Headers(string token) => new() { { "authorization", "Bearer " + token } };

    /// <summary>Landed or packed: what has rested is packed while the test goes on.</summary>
    private Task<long> StoredAsync() =>
        room.ScalarAsync<long>(
            """
            select (select count(*) from decoction.reading r join decoction.vessel v using (vessel_id) where v.centre_code = $1)
                 + (select coalesce(sum(c.count), 0)::bigint
                    from decoction.reading_chunk c join decoction.vessel v using (vessel_id) where v.centre_code = $1)
            """,
            centre
        );

    private async Task<ReportSummary> ReportAsync(IEnumerable<Reading> readings, string? token = null)
    {
        var client = new TelemetryService.TelemetryServiceClient(channel);
        using var call = client.Report(
            Headers(token ?? TestTokens.Of("device", centre, "330105", "decoction")),
            DateTime.UtcNow.AddMinutes(2)
        );
        try
        {
            foreach (var reading in readings)
            {
                await call.RequestStream.WriteAsync(reading);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // Refused while sending; the answer says why.
        }

        return await call.ResponseAsync;
    }
}
