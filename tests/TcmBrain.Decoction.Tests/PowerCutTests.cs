using System.Diagnostics;
using System.Globalization;
using System.Net;
using Npgsql;
using TcmBrain.MachineServers;
using TcmBrain.Testing;

namespace TcmBrain.Decoction.Tests;

/// <summary>The service as a process of its own, killed in the middle of a boil and started again on the same database.</summary>
public sealed class PowerCutTests(Room room)
{
    [Fact]
    public async Task After_a_power_cut_times_go_on_from_the_record()
    {
        var stop = TestContext.Current.CancellationToken;
        var (settings, pharmacy) = await room.ApartAsync();
        await using var telling = pharmacy;
        await using var database = NpgsqlDataSource.Create(settings["ConnectionStrings:database"]!);
        var centre = room.Organisation();
        var now = DateTimeOffset.UtcNow;
        // A boil that began 25 minutes ago: a moment too late for what is added late, and as long before it is over its time as can be.
        var start = now.AddMinutes(-25);
        var rx = room.Checked(centre) with
        {
            OccurredAt = start.AddMinutes(-40),
            Portions = [Room.Portion(1, "丹参", 10), Room.Portion(2, "陈皮", 10), Room.Portion(3, "薄荷", 6, "后下")],
        };
        var curve = Controller.Curve("V01", start.AddMinutes(5), now).ToList();
        using (var first = await Running.StartAsync(settings))
        {
            await Told.TakenInAsync(database, await pharmacy.TellAsync(rx));
            using var worker = first.Worker(centre);
            await worker.ReportAsync(
                rx.AggregateId,
                "soaking",
                new
                {
                    vessel = "V01",
                    startedAt = start.AddMinutes(-35),
                    finishedAt = start.AddMinutes(-2),
                }
            );
            (await worker.ReportAsync(rx.AggregateId, "first-boil/start", new { startedAt = start })).Status.ShouldBe(HttpStatusCode.OK);
            (await Controller.SendAsync(first.Grpc, centre, curve)).Stored.ShouldBe(curve.Count);
            first.Kill();
        }

        // As if it had been reported when it happened: a room that reports late is not thereby late.
        await using (var live = database.CreateCommand("update decoction.step set recorded_at = started_at"))
        {
            await live.ExecuteNonQueryAsync(stop);
        }

        using var second = await Running.StartAsync(settings);
        using var again = second.Worker(centre);
        (await again.ReadAsync($"/api/decoction/jobs?state=decocting"))
            .Json.GetProperty("items")[0]
            .GetProperty("nextStep")
            .GetString()
            .ShouldBe("first-boil");
        (await Controller.SendAsync(second.Grpc, centre, curve)).Duplicates.ShouldBe(curve.Count);
        // Nobody tells it again: it finds in the record what was missed while it was dark.
        await Eventually.Be(
            async () =>
            {
                await using var count = database.CreateCommand("select string_agg(rule_id, ',') from decoction.deviation");
                return await count.ExecuteScalarAsync(stop) as string == "add-late.missed";
            },
            "the late addition is missed"
        );
        var step = (await again.ReadAsync($"/api/decoction/records/{rx.AggregateId}")).Json.GetProperty("content").GetProperty("steps")[1];
        step.GetProperty("startedAt").GetDateTimeOffset().ShouldBe(start, TimeSpan.FromMilliseconds(1));
        step.GetProperty("finishedAt").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        (await again.ReportAsync(rx.AggregateId, "first-boil/finish", new { finishedAt = now })).Status.ShouldBe(HttpStatusCode.OK);
    }

    private sealed class Running : IDisposable
    {
        private readonly Process process;

        private Running(Process process, Uri http, Uri grpc) => (this.process, Http, Grpc) = (process, http, grpc);

        public Uri Http { get; }

        public Uri Grpc { get; }

        public static async Task<Running> StartAsync(IReadOnlyDictionary<string, string?> settings)
        {
            var (http, grpc) = (Ports.Free(), Ports.Free());
            var start = new ProcessStartInfo("dotnet") { UseShellExecute = false };
            start.ArgumentList.Add(typeof(DecoctionFaults).Assembly.Location);
            start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{http};http://127.0.0.1:{grpc}";
            start.Environment["Endpoints__Grpc__Port"] = grpc.ToString(CultureInfo.InvariantCulture);
            start.Environment["Identity__Jwks"] = TestTokens.Jwks;
            start.Environment["Logging__LogLevel__Default"] = "Warning";
            foreach (var (key, value) in settings)
            {
                start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
            }

            var running = new Running(Process.Start(start)!, new Uri($"http://127.0.0.1:{http}"), new Uri($"http://127.0.0.1:{grpc}"));
            using var client = new HttpClient { BaseAddress = running.Http };
            await Eventually.Be(
                async () => (await client.GetAsync("/health")).StatusCode == HttpStatusCode.OK,
                "the service is healthy",
                TimeSpan.FromSeconds(60)
            );
            return running;
        }

        public HttpClient Worker(string centre)
        {
            var client = new HttpClient { BaseAddress = Http };
            client.DefaultRequestHeaders.Authorization = new("Bearer", TestTokens.Of("decoction-1", centre, "330105", "decoction"));
            return client;
        }

        /// <summary>Without a word, as a power cut does.</summary>
        public void Kill()
        {
            process.Kill();
            process.WaitForExit();
        }

        public void Dispose()
        {
            if (!process.HasExited)
            {
                Kill();
            }

            process.Dispose();
        }
    }
}
